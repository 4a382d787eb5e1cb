"""The error catalogue: every refusal a person or a client can cause, by a stable code.

Clients match `code`; people read `words`; `advice` says what to do next. The catalogue is data, by subject,
so that documentation, HTTP answers and the command line all say the same.
"""

from workorders.problems.problem import CATALOGUE, Problem, Reason
from workorders.problems.problem_type import ProblemType

__all__ = ["CATALOGUE", "Problem", "ProblemType", "Reason"]
