#include "domain/number/port.h"

#include "base/limits.h"

#include <stddef.h>

enum port_answer port_decide(const struct port_facts *facts, int64_t now, bool *ret_try)
{
    *ret_try = false;
    if (!facts->held)
        return PORT_NOT_HERE;
    if (facts->leaving_at != 0)
        return PORT_LEAVING;
    if (facts->account_locked)
        return PORT_ACCOUNT_LOCKED;
    if (facts->locked_at != 0)
        return PORT_NUMBER_LOCKED;
    if (facts->pin_until <= now)
        return PORT_NO_PIN;
    if (facts->pin_tries >= LIMIT_PORT_TRIES)
        return PORT_TRIES;
    *ret_try = !facts->account_number_right || !facts->pin_right;
    if (!facts->account_number_right)
        return PORT_ACCOUNT_NUMBER;
    return facts->pin_right ? PORT_ACCEPTED : PORT_PIN;
}

const char *port_answer_word(enum port_answer answer)
{
    static const char *const words[PORT_ANSWERS] = {
        [PORT_ACCEPTED] = "accepted",
        [PORT_NOT_HERE] = "not_here",
        [PORT_LEAVING] = "leaving",
        [PORT_ACCOUNT_LOCKED] = "account_locked",
        [PORT_NUMBER_LOCKED] = "number_locked",
        [PORT_NO_PIN] = "no_pin",
        [PORT_TRIES] = "tries",
        [PORT_ACCOUNT_NUMBER] = "account_number",
        [PORT_PIN] = "pin",
    };
    const char *word = (unsigned)answer < PORT_ANSWERS ? words[answer] : NULL;
    return word != NULL ? word : "unknown";
}
