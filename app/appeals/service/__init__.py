"""What people do with objections and re-scores. Each verb loads, asks the rules, writes, never commits."""
