"""From the files of a course to what pages read: shapes, reading, Markdown, figures, checks, loading."""
