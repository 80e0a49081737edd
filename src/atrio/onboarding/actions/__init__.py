"""What can be done to an application: a file for each use case."""

from atrio.onboarding.actions._ending import end_application
from atrio.onboarding.actions._letters import write_letter
from atrio.onboarding.actions.answer_call import (
    begin_call,
    fail_call,
    finish_call,
    postpone_call,
    question_about,
)
from atrio.onboarding.actions.answer_delegated import (
    answer_delegated_step,
    decline_delegated_step,
)
from atrio.onboarding.actions.begin_again import begin_again
from atrio.onboarding.actions.change_address import offer_address, take_address
from atrio.onboarding.actions.choose_erp import choose_erp
from atrio.onboarding.actions.claim_next import claim_next
from atrio.onboarding.actions.correct_step import correct_step
from atrio.onboarding.actions.decide_access import decide_access, take_access_decision
from atrio.onboarding.actions.decide_step import decide_step
from atrio.onboarding.actions.delegate_step import (
    delegate_step,
    remind_delegate,
    take_step_back,
)
from atrio.onboarding.actions.fill_in_step import fill_in_step
from atrio.onboarding.actions.fire_timer import fire_timer
from atrio.onboarding.actions.help_customer import note_call, write_to_customer
from atrio.onboarding.actions.note_bounce import note_bounce
from atrio.onboarding.actions.note_view import note_error, note_leave, note_view
from atrio.onboarding.actions.own_application import claim_application, give_back, hand_over
from atrio.onboarding.actions.resume_application import resume_application
from atrio.onboarding.actions.retry_call import retry_call
from atrio.onboarding.actions.send_code import send_code_again
from atrio.onboarding.actions.send_link import (
    answer_link_request,
    ask_for_links,
    forget_link_requests,
    send_link,
)
from atrio.onboarding.actions.start_application import start_application
from atrio.onboarding.actions.start_by_program import start_by_program
from atrio.onboarding.actions.start_on_behalf import start_on_behalf
from atrio.onboarding.actions.submit_step import submit_step
from atrio.onboarding.actions.withdraw_application import withdraw_application
from atrio.onboarding.actions.withdraw_credit import (
    ask_to_withdraw_credit,
    take_credit_withdrawal,
    withdraw_credit,
)
from atrio.onboarding.actions.withdraw_on_word import withdraw_on_word

__all__ = [
    "answer_delegated_step",
    "answer_link_request",
    "ask_for_links",
    "ask_to_withdraw_credit",
    "begin_again",
    "begin_call",
    "choose_erp",
    "claim_application",
    "claim_next",
    "correct_step",
    "decide_access",
    "decide_step",
    "decline_delegated_step",
    "delegate_step",
    "end_application",
    "fail_call",
    "fill_in_step",
    "finish_call",
    "fire_timer",
    "forget_link_requests",
    "give_back",
    "hand_over",
    "note_bounce",
    "note_call",
    "note_error",
    "note_leave",
    "note_view",
    "offer_address",
    "postpone_call",
    "question_about",
    "remind_delegate",
    "resume_application",
    "retry_call",
    "send_code_again",
    "send_link",
    "start_application",
    "start_by_program",
    "start_on_behalf",
    "submit_step",
    "take_access_decision",
    "take_address",
    "take_credit_withdrawal",
    "take_step_back",
    "withdraw_application",
    "withdraw_credit",
    "withdraw_on_word",
    "write_letter",
    "write_to_customer",
]
