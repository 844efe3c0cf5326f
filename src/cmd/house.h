/* Everything that a running Violet holds open, made in order and taken down in reverse. */
#ifndef CMD_HOUSE_H
#define CMD_HOUSE_H

#include "app/app.h"
#include "app/settings.h"

struct carrier_keeper;

struct house {
    struct settings settings;
    struct app app;
    int lock;                        /* the data directory's lock */
    struct carrier_keeper *carriers; /* NULL: nobody serves */
};

enum {
    HOUSE_CREATE = 1,  /* make what is missing: directory, keyring, store */
    HOUSE_MIGRATE = 2, /* bring an older store up to this version */
};

/* Locks the data directory and opens keyring, signing key, logs and store. `why` gets one line that says what
 * is wrong and how to mend it. ERR_LOCKED where another process has the directory. */
enum err house_open(const struct settings *settings, unsigned flags, struct house *ret_house,
                    struct buf *why);
/* Closes what is open; a zeroed house is fine. */
void house_close(struct house *house);
/* Makes the directories that the settings name, without what stands in them. */
enum err house_make_places(const struct settings *settings, struct buf *why);
/* Makes the directory with its parents, mode 0700. */
enum err house_make_directory(const char *path);

#endif
