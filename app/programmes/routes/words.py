"""The stored words of programmes as sentences to translate."""

from app.programmes.rules import MilestoneWord, RowProblem, Sector
from app.web.translations import N_

STATES = {
    MilestoneWord.INVITED: N_("Invited"),
    MilestoneWord.REGISTERED: N_("In the cohort"),
    MilestoneWord.ACTIVE: N_("Began to study"),
    MilestoneWord.COMPLETED: N_("Course completed"),
    MilestoneWord.SCHEDULED: N_("Exam booked"),
    MilestoneWord.SAT: N_("Exam taken"),
    MilestoneWord.PASSED: N_("Exam passed"),
    MilestoneWord.DECIDED: N_("Decision made"),
    MilestoneWord.CERTIFIED: N_("Certificate issued"),
}
"""How far one person has come."""

STEPS = {
    MilestoneWord.INVITED: N_("People invited"),
    MilestoneWord.REGISTERED: N_("People registered"),
    MilestoneWord.ACTIVE: N_("Studied in the last 14 days"),
    MilestoneWord.COMPLETED: N_("Completed the course"),
    MilestoneWord.SCHEDULED: N_("Booked an exam"),
    MilestoneWord.SAT: N_("Sat the exam"),
    MilestoneWord.PASSED: N_("Passed the exam"),
    MilestoneWord.DECIDED: N_("Had a decision"),
    MilestoneWord.CERTIFIED: N_("Received a certificate"),
}
"""How many people reached a step."""

SECTORS = {
    Sector.MINING: N_("Mining"),
    Sector.ENERGY: N_("Energy"),
    Sector.HEALTHCARE: N_("Healthcare"),
    Sector.FINANCE: N_("Finance"),
    Sector.GOVERNMENT: N_("Public administration"),
    Sector.EDUCATION: N_("Education and science"),
    Sector.OTHER: N_("Another sector"),
}

ROW_PROBLEMS = {
    RowProblem.NO_ADDRESS: N_("No address stands here."),
    RowProblem.MALFORMED: N_("This is not a complete e-mail address."),
    RowProblem.REPEATED: N_("The same address stands further up."),
}
"""Why a row of a list is not taken."""
