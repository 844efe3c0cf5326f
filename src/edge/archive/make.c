#include "edge/archive/make.h"

#include "edge/archive/files.h"
#include "edge/archive/messages.h"

static enum err write_files(const struct archive_source *source, struct zip *zip)
{
    int64_t message_count;
    TRY(messages_write(source, zip, &message_count));
    TRY(files_write_calls(zip));
    TRY(files_write_wallet(source, zip));
    TRY(files_write_services(source, zip));
    TRY(files_write_account(source, zip));
    TRY(files_write_readme(source, message_count, zip));
    TRY(files_write_manifest(source, zip));
    return zip_finish(zip);
}

enum err archive_make(const struct archive_source *source, const struct archive_sink *sink)
{
    struct zip *zip;
    TRY(zip_new(sink, source->now, &zip));
    enum err error = write_files(source, zip);
    zip_free(zip);
    return error;
}
