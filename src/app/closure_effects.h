/* What a decision about a closure wants done, one function an effect, each inside the transaction of the
 * decision. Names and meanings are those of domain/closure. Row changes are written by the caller afterwards.
 */
#ifndef APP_CLOSURE_EFFECTS_H
#define APP_CLOSURE_EFFECTS_H

#include "app/closure_work.h"

enum err closure_effect_declare(struct closure_work *closure);
enum err closure_effect_revoke_declaration(struct closure_work *closure);
enum err closure_effect_stop_fees(struct closure_work *closure);
enum err closure_effect_resume_fees(struct closure_work *closure);
enum err closure_effect_account_closing(struct closure_work *closure);
enum err closure_effect_account_back(struct closure_work *closure);
enum err closure_effect_account_closed(struct closure_work *closure);
enum err closure_effect_alert(struct closure_work *closure);
enum err closure_effect_desk_add(struct closure_work *closure);
enum err closure_effect_desk_remove(struct closure_work *closure);
enum err closure_effect_audit_one_person(struct closure_work *closure);
enum err closure_effect_mail_approved(struct closure_work *closure);
enum err closure_effect_mail_question(struct closure_work *closure);
enum err closure_effect_mail_refused(struct closure_work *closure);
enum err closure_effect_mail_review_again(struct closure_work *closure);
enum err closure_effect_mail_undone(struct closure_work *closure);
enum err closure_effect_mail_stopped(struct closure_work *closure);
enum err closure_effect_mail_goes_on(struct closure_work *closure);
enum err closure_effect_mail_reminder(struct closure_work *closure);
enum err closure_effect_end_sessions(struct closure_work *closure);
enum err closure_effect_lock(struct closure_work *closure);
enum err closure_effect_unlock(struct closure_work *closure);
enum err closure_effect_end_access(struct closure_work *closure);
enum err closure_effect_freeze_wallet(struct closure_work *closure);
enum err closure_effect_release_numbers(struct closure_work *closure);
enum err closure_effect_tell_recipients(struct closure_work *closure);
enum err closure_effect_make_receipt(struct closure_work *closure);
enum err closure_effect_confirm(struct closure_work *closure);
enum err closure_effect_reseal(struct closure_work *closure);
enum err closure_effect_destroy_key(struct closure_work *closure);
enum err closure_effect_alarm_turn(struct closure_work *closure);
enum err closure_effect_add_receipt_line(struct closure_work *closure);
enum err closure_effect_open_ticket(struct closure_work *closure);

#endif
