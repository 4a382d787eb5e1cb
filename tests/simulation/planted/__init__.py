"""Faults planted into the program, each as code that puts it there for the length of a block.

A simulation that finds nothing proves nothing until it has been seen to find these: each critical fault that
the product ever had, and others of their kinds. `SEEDS` says with which seed each is found first;
`python -m tests.simulation.planted` looks for them anew after the simulation has changed.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.simulation.planted import feeds, money, orders, restores, tablets

Plant = Callable[[], AbstractContextManager[object]]
PLANTED: dict[str, Plant] = {
    plant.__name__: plant for module in (money, orders, feeds, tablets, restores) for plant in module.PLANTED
}
NEEDS: dict[str, str] = {
    "receipts_of_another_block_pass": "foreign_receipts",
    "a_repeated_receipt_is_posted_again": "double_tap",
    "door_money_goes_to_the_visited_account": "other_order",
    "a_returned_payment_stays_posted": "reversal",
    "expired_authority_is_not_judged": "late_cut",
    "the_checkpoint_moves_before_the_facts": "server_killed",
    "an_event_that_comes_again_is_judged_again": "cloned",
    "an_event_that_comes_again_counts_again": "restored",
    "acknowledgements_of_reviews_are_lost": "wrong_answers",
    "an_outbox_row_is_done_before_its_document": "server_killed",
    "a_replacement_never_advances": "replaced",
    "a_store_in_trouble_says_yes": "disk_full",
    "trouble_of_the_disk_is_blamed_on_the_fact": "disk_full",
    "a_second_statement_is_dropped": "cloned",
    "what_is_not_understood_is_dropped": "newer_version",
    "a_revoked_tablet_gets_in": "revoked",
    "a_restored_server_keeps_its_feeds": "restored",
    "a_restored_backup_is_outranked": "restored",
    "a_restored_server_gives_numbers_again": "restored",
    "a_restore_lets_revoked_tablets_in": "restored",
}
"""What a run must meet for a fault to show; seeds without it need not be played to look for it."""
ALONE: dict[str, tuple[str, ...]] = {
    "a_restored_backup_is_outranked": ("restored",),
    "nobody_is_sent_to_restore": (),
}
"""Faults that were looked for with these faults of a run alone; all others with those that the seed draws."""
DAYS, TABLETS = 2, 4
"""Of the runs in which they are looked for."""
MOST_SEEDS = 200
"""Within which each is found."""
SEEDS: dict[str, int] = {
    "a_cent_avoids_a_cut": 3,
    "only_the_first_cut_is_called_off": 2,
    "receipts_of_another_block_pass": 7,
    "a_repeated_receipt_is_posted_again": 2,
    "a_returned_payment_stays_posted": 2,
    "a_payment_looks_at_no_cut": 0,
    "a_balance_misses_a_posting": 0,
    "late_progress_moves_an_order_back": 2,
    "an_exchange_installs_nothing": 1,
    "a_recall_is_told_to_nobody": 0,
    "a_cancel_is_told_to_nobody": 4,
    "the_checkpoint_moves_before_the_facts": 2,
    "an_event_that_comes_again_is_judged_again": 4,
    "acknowledgements_of_reviews_are_lost": 7,
    "an_outbox_row_is_done_before_its_document": 47,
    "the_last_change_of_a_page_is_passed_over": 2,
    "a_second_statement_is_dropped": 4,
    "what_is_not_understood_is_dropped": 15,
    "a_changed_order_is_old_news": 0,
    "a_restored_server_gives_numbers_again": 2,
    "a_restored_backup_is_outranked": 1,
    "nobody_is_sent_to_restore": 13,
}
"""With which seed each was found first. One that is not here was looked for with too few seeds so far."""
