#include "cmd/verify.h"

#include "crypto/receipt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { SMALL_FILE_BYTES = 4096 };

static enum err read_small(struct cli *cli, const char *what, const char *path, struct str *ret_text)
{
    char bytes[SMALL_FILE_BYTES + 1];
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return cli_fail(cli, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
                        "can't read the %s %s: %s; name it with --%s FILE", what, path, strerror(errno),
                        strcmp(what, "signature") == 0 ? "signature" : "key");
    size_t length = fread(bytes, 1, sizeof bytes, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed)
        return cli_fail(cli, ERR_IO, "can't read the %s %s", what, path);
    if (length > SMALL_FILE_BYTES)
        return cli_fail(cli, ERR_CORRUPT, "%s is too large for a %s", path, what);
    *ret_text = arena_str(cli->arena, str_bytes(bytes, length));
    return ERR_NONE;
}

static enum err find_signature(struct cli *cli, const char **ret_path)
{
    const char *path = cli_option(cli, "signature"), *receipt = cli->words[0];
    if (path == NULL && strcmp(receipt, "-") == 0)
        return cli_fail(cli, ERR_USAGE, "a receipt from standard input wants --signature FILE");
    *ret_path = path != NULL ? path : arena_printf(cli->arena, "%s.minisig", receipt).data;
    return ERR_NONE;
}

/* Never a key that lies beside the receipt: whoever forged the one would have brought the other. */
static enum err find_key(struct cli *cli, const char **ret_path)
{
    struct settings settings;
    *ret_path = cli_option(cli, "key");
    if (*ret_path != NULL)
        return ERR_NONE;
    TRY(cli_settings(cli, &settings));
    *ret_path = arena_printf(cli->arena, "%s/violet.pub", settings.signing_path).data;
    return ERR_NONE;
}

static void print_verdict(struct cli *cli, bool valid, struct str key_id, struct str comment)
{
    struct json json = json_new(&cli->out);
    if (!cli->json) {
        if (valid)
            buf_printf(&cli->out, "genuine and unchanged\nkey: %.*s\nsigned comment: %.*s\n", STR_ARG(key_id),
                       STR_ARG(comment));
        return;
    }
    json_object(&json, NULL);
    json_text(&json, "receipt", cli->words[0]);
    json_bool(&json, "valid", valid);
    json_str(&json, "key", key_id);
    if (valid)
        json_str(&json, "comment", comment);
    json_object_end(&json);
    buf_add_char(&cli->out, '\n');
}

enum err cmd_verify(struct cli *cli)
{
    const char *key_path = NULL, *signature_path = NULL;
    struct str key, key_id, signature, comment = STR_NONE;
    if (cli->word_count != 1)
        return cli_fail(cli, ERR_USAGE, "give one receipt");
    TRY(find_signature(cli, &signature_path));
    TRY(find_key(cli, &key_path));
    TRY(read_small(cli, "public key", key_path, &key));
    TRY(read_small(cli, "signature", signature_path, &signature));
    if (receipt_key_id_read(cli->arena, key, &key_id) != ERR_NONE)
        return cli_fail(cli, ERR_CORRUPT, "%s is no public key in minisign's format", key_path);
    enum err error = receipt_verify(cli->arena, key, cli->input, signature, &comment);
    print_verdict(cli, error == ERR_NONE, key_id, comment);
    if (error == ERR_BAD_REQUEST)
        return cli_fail(cli, ERR_CORRUPT, "%s is no signature in minisign's format", signature_path);
    if (error != ERR_NONE)
        return cli_fail(cli, ERR_CORRUPT,
                        "NOT what the holder of key %.*s signed: do not rely on this receipt",
                        STR_ARG(key_id));
    return ERR_NONE;
}
