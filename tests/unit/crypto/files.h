/* A scratch directory and whole files, for tests that look at bytes on the disk. */
#ifndef CRYPTO_FILES_H
#define CRYPTO_FILES_H

#include "base/str.h"

#include <stdbool.h>

/* Makes a directory for one test; the same until scratch_remove. */
void scratch_new(void);
void scratch_remove(void);
/* Path of name in it; valid for the next seven calls. */
const char *scratch_path(const char *name);
/* Whole content, in memory that the next 8 reads reuse; the empty text where there is no file. */
struct str file_read(const char *name);
/* Writes a file, mode 0600. */
void file_write(const char *name, struct str content);
bool file_exists(const char *name);
/* Runs a command in the directory; true where it ends with 0. */
bool run_in_scratch(const char *command);

#endif
