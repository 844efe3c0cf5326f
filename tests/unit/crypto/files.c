#include "../test.h"

#include "files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOTS = 8, SIZE_MAX_BYTES = 64 * 1024 };

static char directory[256];

void scratch_new(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(directory, sizeof directory, "%s/violet-unit-XXXXXX", base != NULL ? base : P_tmpdir);
    assert_non_null(mkdtemp(directory));
}

void scratch_remove(void)
{
    char command[320];
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    assert_int_equal(system(command), 0);
}

const char *scratch_path(const char *name)
{
    static char paths[SLOTS][512];
    static unsigned next;
    char *path = paths[next++ % SLOTS];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

struct str file_read(const char *name)
{
    static char contents[SLOTS][SIZE_MAX_BYTES];
    static unsigned next;
    char *content = contents[next++ % SLOTS];
    FILE *file = fopen(scratch_path(name), "rb");
    if (file == NULL)
        return STR_NONE;
    size_t length = fread(content, 1, SIZE_MAX_BYTES, file);
    fclose(file);
    return str_bytes(content, length);
}

void file_write(const char *name, struct str content)
{
    int fd = open(scratch_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, 0600), 0);
    assert_int_equal(write(fd, content.data != NULL ? content.data : "", content.length), content.length);
    close(fd);
}

bool file_exists(const char *name)
{
    return access(scratch_path(name), F_OK) == 0;
}

bool run_in_scratch(const char *command)
{
    char line[1024];
    snprintf(line, sizeof line, "cd '%s' && %s", directory, command);
    return system(line) == 0;
}
