"""Views of the dispatcher's board that a person has given a name: what it shows, sorted and colored how."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from workorders.grammar.texts import checked_line
from workorders.problems import Problem, Reason
from workorders.tables.base import Base, Json, UtcDateTime

MOST = 30
"""Views of one person; more are no longer found in a menu."""
LONGEST = 40


class BoardView(Base):
    """A view of one person. `query` is the board's query string without the day.

    Its `lanes`, which is no filter: whether the timeline is open.
    """

    __tablename__ = "board_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    name: Mapped[str] = mapped_column(String(LONGEST))
    query: Mapped[dict[str, str]] = mapped_column(Json)
    by_default: Mapped[bool] = mapped_column(default=False)
    """The board opens with it."""
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def shows(self, query: Mapping[str, str]) -> bool:
        """Whether it shows what this query string does; its timeline may have been opened or closed since."""
        return {name: value for name, value in self.query.items() if name != "lanes"} == query

    __table_args__ = (Index("uq_board_view_name", "user_id", "name", unique=True),)


def views_of(session: Session, user_id: int) -> Sequence[BoardView]:
    """Somebody's views, by name."""
    query = select(BoardView).where(BoardView.user_id == user_id)
    return session.scalars(query.order_by(BoardView.name)).all()


def default_view(session: Session, user_id: int) -> BoardView | None:
    """The view that somebody's board opens with; None without one."""
    query = select(BoardView).where(BoardView.user_id == user_id, BoardView.by_default)
    return session.scalars(query).first()


def save_view(
    session: Session, user_id: int, name: str, query: Mapping[str, str], *, by_default: bool, now: datetime
) -> BoardView:
    """Keep a view under a name; one of that name is replaced. At most one of a person is the default.

    Raises Problem bad_input without a name, or beyond MOST views.
    """
    name = checked_line(name, field="view_name", longest=LONGEST)
    if not name:
        raise Problem("bad_input", field="view_name", reason="give the view a name")
    found = session.scalars(
        select(BoardView).where(BoardView.user_id == user_id, BoardView.name == name)
    ).first()
    if found is None:
        many = session.scalar(select(func.count()).where(BoardView.user_id == user_id)) or 0
        if many >= MOST:
            reason = Reason("at most {most} views; delete one first", most=MOST)
            raise Problem("bad_input", field="view_name", reason=reason)
        found = BoardView(user_id=user_id, name=name)
    if by_default:
        session.execute(update(BoardView).where(BoardView.user_id == user_id).values(by_default=False))
    found.query, found.by_default, found.saved_at = dict(query), by_default, now
    session.add(found)
    session.flush()
    return found


def delete_view(session: Session, user_id: int, view_id: int) -> None:
    """Forget one of somebody's own views; nothing when it is gone already or another's."""
    session.execute(delete(BoardView).where(BoardView.id == view_id, BoardView.user_id == user_id))
