#include "edge/mail/smtp.h"

#include "base/limits.h"
#include "base/secret.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* How far the talk has come: a refusal means something else at each stage. */
enum smtp_stage {
    STAGE_CONNECT,
    STAGE_GREET,
    STAGE_TLS,
    STAGE_LOGIN,
    STAGE_SENDER,
    STAGE_RECIPIENT,
    STAGE_MAIL
};

struct smtp_talk {
    CURL *curl;
    struct curl_slist *recipients;
    struct str rest; /* of the mail, not read yet */
    enum smtp_stage stage;
    int code; /* of the last reply */
    char status[12];
    bool over; /* what comes after QUIT says nothing about the mail */
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_started;

static void start_curl(void)
{
    curl_started = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static size_t give_mail(char *buffer, size_t size, size_t count, void *context)
{
    struct smtp_talk *talk = context;
    struct str part = str_part(talk->rest, 0, size * count);
    if (part.length != 0)
        memcpy(buffer, part.data, part.length);
    talk->rest = str_part(talk->rest, part.length, talk->rest.length);
    return part.length;
}

static void note_command(struct smtp_talk *talk, struct str line)
{
    static const struct {
        struct str verb;
        enum smtp_stage stage;
    } rows[] = {
        {{"EHLO", 4}, STAGE_GREET}, {{"HELO", 4}, STAGE_GREET},  {{"STARTTLS", 8}, STAGE_TLS},
        {{"AUTH", 4}, STAGE_LOGIN}, {{"MAIL", 4}, STAGE_SENDER}, {{"RCPT", 4}, STAGE_RECIPIENT},
        {{"DATA", 4}, STAGE_MAIL},
    };
    talk->over = talk->over || str_starts(line, STR("QUIT"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (str_starts(line, rows[i].verb))
            talk->stage = rows[i].stage;
}

/* Takes "550" and, if it is one, "5.1.1" of "550 5.1.1 no such user". */
static void note_reply(struct smtp_talk *talk, struct str line)
{
    int64_t code;
    if (talk->over || !str_to_int64(str_part(line, 0, 3), &code) || code < 200 || code > 599)
        return;
    talk->code = (int)code;
    talk->status[0] = '\0';
    size_t length = 0, dots = 0;
    for (struct str rest = str_part(line, 4, sizeof talk->status - 1); length < rest.length; length++) {
        if (rest.data[length] == '.')
            dots++;
        else if (rest.data[length] < '0' || rest.data[length] > '9')
            break;
    }
    if (dots == 2 && line.data[4] == line.data[0])
        snprintf(talk->status, sizeof talk->status, "%.*s", (int)length, line.data + 4);
}

static int note(CURL *curl, curl_infotype type, char *data, size_t size, void *context)
{
    (void)curl;
    if (type == CURLINFO_HEADER_OUT)
        note_command(context, str_bytes(data, size));
    else if (type == CURLINFO_HEADER_IN)
        note_reply(context, str_bytes(data, size));
    return 0;
}

static void set_security(CURL *curl, const struct settings_mail *settings)
{
    bool required = settings->starttls_required || settings->user[0] != '\0';
    curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(required ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    /* Who may strip STARTTLS may as well show any certificate: without `required` checking it protects
     * nothing and would only keep mail from a server on the same machine. */
    if (!required && !str_starts(str_from(settings->url), STR("smtps:"))) {
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    } else if (settings->ca_file[0] != '\0') {
        curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
}

/* The address goes with the sender's domain as its path: libcurl greets with it instead of the host's name.
 */
static void set_address(CURL *curl, struct arena *arena, const struct settings_mail *settings,
                        struct str from)
{
    struct str url = str_from(settings->url);
    if (str_ends(url, STR("/")))
        url.length--;
    struct str domain = str_part(from, str_find(from, STR("@"), 0) + 1, from.length);
    curl_easy_setopt(curl, CURLOPT_URL, arena_printf(arena, "%.*s/%.*s", STR_ARG(url), STR_ARG(domain)).data);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)LIMIT_MAIL_CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)LIMIT_MAIL_SECONDS);
}

static void set_mail(struct smtp_talk *talk, struct arena *arena, const struct mail_message *message)
{
    CURL *curl = talk->curl;
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, arena_printf(arena, "<%.*s>", STR_ARG(message->from)).data);
    talk->recipients = curl_slist_append(NULL, arena_printf(arena, "<%.*s>", STR_ARG(message->to)).data);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, talk->recipients);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_mail);
    curl_easy_setopt(curl, CURLOPT_READDATA, talk);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)talk->rest.length);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, note);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, talk);
}

static const char *reason_of(const struct smtp_talk *talk, CURLcode code)
{
    static const char *const refused[] = {
        [STAGE_CONNECT] = "the mail server refused the connection",
        [STAGE_GREET] = "the mail server refused the greeting",
        [STAGE_TLS] = "the mail server refused STARTTLS",
        [STAGE_LOGIN] = "the mail server refused the log-in (mail.user, mail.password_file)",
        [STAGE_SENDER] = "the mail server refused the sender (mail.from)",
        [STAGE_RECIPIENT] = "the mail server refused the recipient",
        [STAGE_MAIL] = "the mail server refused the mail",
    };
    static const struct {
        CURLcode code;
        const char *words;
    } rows[] = {
        {CURLE_COULDNT_RESOLVE_HOST, "the mail server's name is not known (mail.smtp)"},
        {CURLE_COULDNT_CONNECT, "the mail server can't be reached (mail.smtp)"},
        {CURLE_OPERATION_TIMEDOUT, "the mail server did not answer in time"},
        {CURLE_PEER_FAILED_VERIFICATION, "the mail server's certificate is not to be trusted (mail.ca_file)"},
        {CURLE_SSL_CACERT_BADFILE, "the file with certificates can't be read (mail.ca_file)"},
        {CURLE_SSL_CONNECT_ERROR, "TLS with the mail server failed"},
        {CURLE_USE_SSL_FAILED, "the mail server offers no STARTTLS (mail.starttls)"},
        {CURLE_LOGIN_DENIED, "the mail server refused the log-in (mail.user, mail.password_file)"},
        {CURLE_OUT_OF_MEMORY, "no memory"},
        {CURLE_GOT_NOTHING, "the mail server hung up"},
        {CURLE_RECV_ERROR, "the mail server hung up"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].code == code)
            return rows[i].words;
    return talk->code >= 400 ? refused[talk->stage] : "the mail server hung up";
}

static void judge(const struct smtp_talk *talk, CURLcode code, struct smtp_result *ret_result)
{
    struct smtp_result result = {.code = talk->code, .reason = "delivered", .outcome = SMTP_DELIVERED};
    if (code != CURLE_OK) {
        bool for_good = talk->code >= 500 && talk->stage >= STAGE_RECIPIENT;
        result.outcome = for_good ? SMTP_PERMANENT : SMTP_TEMPORARY;
        result.reason = reason_of(talk, code);
    }
    memcpy(result.status, talk->status, sizeof result.status);
    *ret_result = result;
}

static CURLcode talk_run(struct smtp_talk *talk, struct arena *arena, const struct settings_mail *settings,
                         const struct mail_message *message, struct str password)
{
    pthread_once(&curl_once, start_curl);
    talk->curl = curl_started == CURLE_OK ? curl_easy_init() : NULL;
    if (talk->curl == NULL)
        return CURLE_OUT_OF_MEMORY;
    set_address(talk->curl, arena, settings, message->from);
    set_security(talk->curl, settings);
    set_mail(talk, arena, message);
    if (settings->user[0] != '\0') {
        curl_easy_setopt(talk->curl, CURLOPT_USERNAME, settings->user);
        curl_easy_setopt(talk->curl, CURLOPT_PASSWORD, password.data);
    }
    CURLcode code = talk->recipients != NULL ? curl_easy_perform(talk->curl) : CURLE_OUT_OF_MEMORY;
    curl_easy_cleanup(talk->curl);
    curl_slist_free_all(talk->recipients);
    return code;
}

enum err smtp_send(const struct settings_mail *settings, struct arena *arena,
                   const struct mail_message *message, struct smtp_result *ret_result)
{
    struct buf bytes = buf_new(LIMIT_MAIL_BYTES);
    struct str password = STR_NONE;
    enum err error = mail_message_build(message, &bytes);
    if (error == ERR_NONE && settings->user[0] != '\0' &&
        secret_read(settings->password_file, arena, &password) != ERR_NONE) {
        *ret_result = (struct smtp_result){SMTP_TEMPORARY, 0, "",
                                           "the file with the password (mail.password_file) "
                                           "can't be read, is empty or open to others"};
    } else if (error == ERR_NONE) {
        struct smtp_talk talk = {.rest = buf_str(&bytes)};
        CURLcode code = talk_run(&talk, arena, settings, message, password);
        judge(&talk, code, ret_result);
    }
    buf_free(&bytes);
    return error;
}
