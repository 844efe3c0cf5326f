/* `violet doctor`: what an operator should mend, looked at from outside of the running service. */
#ifndef CMD_DOCTOR_H
#define CMD_DOCTOR_H

#include "app/settings.h"
#include "base/err.h"
#include "base/str.h"

/* Looks and writes one line a finding (or JSON). ERR_POLICY where something must be mended before serving. */
enum err doctor_run(const struct settings *settings, bool json, struct buf *out);

#endif
