/* An SMSC that does nothing but deliver: it keeps a window of texts on one bind full and measures the
 * answers.
 *
 *     bench-smsc PORT NUMBERS
 *
 * listens on PORT for an ESME's bind; texts go to NUMBERS numbers in turn. It prints "port N", then takes
 * lines from its input:
 *
 *     run WINDOW SECONDS    prints "ran TEXTS_PER_SECOND P50 P99 MOST REFUSED" (milliseconds), or "lost" when
 *                           the connection ends before
 *     drain                 waits for a bind, delivers again what had no answer, prints "drained"
 *     open                  prints "open NEXT N N ...": the next text's number, and those without an answer
 *     acknowledged          prints how many texts were answered ESME_ROK so far
 *
 * Each text is its own: its number stands in it, and is its sequence number, too. */
#include "bench.h"

#include "wire/smpp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    RING = 1 << 14, /* texts between the oldest without an answer and the newest */
    OUT_BYTES = 1 << 18,
    IN_BYTES = 1 << 18,
    BIND_SECONDS = 60,
    DRAIN_SECONDS = 30,
    LATENCIES = 2000000, /* in microseconds; what takes longer counts as so long */
};

static const double LOOK_SECONDS = 0.0005;

static struct {
    double sent_at;
    bool open, sent; /* open: without an answer; sent: on this connection */
} ring[RING];

static int listener, conn = -1;
static bool bound;
static long numbers;
static uint8_t in[IN_BYTES], out[OUT_BYTES];
static size_t in_length, out_length, out_done;
static uint32_t oldest = 1, next = 1;
static unsigned in_flight, waiting; /* waiting: open, not sent on this connection */
static uint64_t acknowledged, refused, answered;
static uint32_t latencies[LATENCIES];

static const char *const senders[] = {"22000",        "Chase",  "+12025550111", "WhatsApp",
                                      "+13125550187", "Google", "32665",        "+14155550122"};
/* What stands before the code, and behind it. */
static const char *const texts[][2] = {
    {"G-", " is your Google verification code. Do not share it with anyone."},
    {"Chase: your one-time code is ", ". We will never call you to ask for it."},
    {"Noon suits me well. Shall we meet at the station? I have ticket ", "."},
    {"Your WhatsApp code: ", ". Don't share this code with others."},
    {"Hi, this is the dentist: see you on Tuesday at ten. Reference ", ""},
    {"", " is your verification code for Google Voice."},
    {"", " is your Facebook confirmation code"},
    {"The parcel ", " was left with your neighbour today."},
};

static int listen_on(int port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int yes = 1;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    bench_must(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 8) == 0,
               "listening");
    getsockname(listener, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

static void hang_up(void)
{
    if (conn >= 0)
        close(conn);
    conn = -1;
    bound = false;
    in_length = out_length = out_done = 0;
    in_flight = 0;
    waiting = 0;
    for (uint32_t i = oldest; i != next; i++) {
        ring[i % RING].sent = false;
        waiting += ring[i % RING].open;
    }
}

static void put(const struct smpp_pdu *pdu)
{
    if (out_done != 0) {
        memmove(out, out + out_done, out_length - out_done);
        out_length -= out_done;
        out_done = 0;
    }
    size_t length = smpp_encode(pdu, out + out_length, OUT_BYTES - out_length);
    bench_must(length != 0, "writing a PDU");
    out_length += length;
}

static void put_text(uint32_t number)
{
    char text[200], to[40];
    const unsigned kind = number % 8, code = number * 7919u % 1000000u;
    snprintf(text, sizeof text, "%s%06u%s (%u)", texts[kind][0], code, texts[kind][1], number);
    snprintf(to, sizeof to, "1%03ld555%04ld", 202 + number % numbers / 10000, number % numbers % 10000);
    const char *sender = senders[number / 8 % 8];
    bool digits = sender[0] == '+';
    put(&(struct smpp_pdu){.command_id = SMPP_DELIVER_SM,
                           .sequence = number,
                           .source_ton = digits ? 1 : 5,
                           .source = str_from(sender + digits),
                           .destination_ton = 1,
                           .destination = str_from(to),
                           .short_message = str_from(text)});
    ring[number % RING].open = ring[number % RING].sent = true;
    ring[number % RING].sent_at = bench_seconds();
    in_flight++;
}

static void count_latency(double seconds)
{
    double micros = seconds * 1e6;
    latencies[micros < LATENCIES - 1 ? (size_t)micros : LATENCIES - 1]++;
}

static void take_answer(const struct smpp_pdu *pdu)
{
    uint32_t number = pdu->sequence;
    if (number - oldest >= next - oldest || !ring[number % RING].sent)
        return;
    ring[number % RING].sent = false;
    in_flight--;
    if (pdu->status != SMPP_ROK) { /* it stays open, and is delivered again */
        refused++;
        waiting++;
        return;
    }
    count_latency(bench_seconds() - ring[number % RING].sent_at);
    ring[number % RING].open = false;
    acknowledged++;
    answered++;
    while (oldest != next && !ring[oldest % RING].open)
        oldest++;
}

static void take(struct str frame)
{
    struct smpp_pdu pdu;
    bench_must(smpp_decode(frame, &pdu) == SMPP_ROK || (pdu.command_id & SMPP_RESPONSE) != 0,
               "reading a PDU");
    if (pdu.command_id == (SMPP_DELIVER_SM | SMPP_RESPONSE)) {
        take_answer(&pdu);
        return;
    }
    if ((pdu.command_id & SMPP_RESPONSE) != 0)
        return;
    struct smpp_pdu answer = smpp_answer(&pdu, SMPP_ROK);
    answer.system_id = STR("bench");
    put(&answer);
    bound = bound || pdu.command_id == SMPP_BIND_TRANSCEIVER || pdu.command_id == SMPP_BIND_RECEIVER;
}

static void take_all(void)
{
    size_t used = 0, length;
    while (smpp_frame(str_bytes(in + used, in_length - used), &length) == SMPP_FRAME_WHOLE) {
        take(str_bytes(in + used, length));
        used += length;
    }
    memmove(in, in + used, in_length - used);
    in_length -= used;
}

/* With one text under way it looks for a while before it sleeps: what is measured is the other one's time. */
static int wait_for(struct pollfd *ready, int millis)
{
    double end = bench_seconds() + (in_flight == 1 ? LOOK_SECONDS : 0);
    int found = 0;
    while (found == 0 && bench_seconds() < end) {
        found = poll(ready, 1, 0);
        if (found == 0)
            sched_yield();
    }
    return found != 0 ? found : poll(ready, 1, millis);
}

/* Moves what can be moved. False: the peer is gone. */
static bool turn(int millis)
{
    struct pollfd ready = {.fd = conn, .events = (short)(POLLIN | (out_length > out_done ? POLLOUT : 0))};
    if (out_length > out_done) {
        ssize_t sent = send(conn, out + out_done, out_length - out_done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN)
            return false;
        out_done += sent > 0 ? (size_t)sent : 0;
        ready.events = (short)(POLLIN | (out_length > out_done ? POLLOUT : 0));
    }
    if (wait_for(&ready, millis) <= 0)
        return true;
    if ((ready.revents & (POLLIN | POLLHUP | POLLERR)) == 0)
        return true;
    ssize_t got = recv(conn, in + in_length, IN_BYTES - in_length, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN))
        return false;
    in_length += got > 0 ? (size_t)got : 0;
    take_all();
    return true;
}

static void take_connection(void)
{
    int yes = 1;
    hang_up();
    conn = accept(listener, NULL, NULL);
    bench_must(conn >= 0, "taking a connection");
    setsockopt(conn, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static void await_bind(void)
{
    double end = bench_seconds() + BIND_SECONDS;
    while (!bound) {
        struct pollfd ready = {.fd = listener, .events = POLLIN};
        bench_must(bench_seconds() < end, "waiting for a bind");
        if (poll(&ready, 1, conn < 0 ? 100 : 0) > 0)
            take_connection();
        if (conn >= 0 && !turn(100))
            hang_up();
    }
}

/* Texts without an answer on this connection come first. */
static void fill_window(unsigned window, bool new_ones)
{
    for (uint32_t i = oldest; i != next && in_flight < window && waiting != 0; i++)
        if (ring[i % RING].open && !ring[i % RING].sent) {
            put_text(i);
            waiting--;
        }
    while (new_ones && in_flight < window && next - oldest < RING)
        put_text(next++);
}

static double percentile(double share)
{
    uint64_t seen = 0;
    for (size_t i = 0; i < LATENCIES; i++) {
        seen += latencies[i];
        if (answered != 0 && (double)seen >= share * (double)answered)
            return (double)i / 1000;
    }
    return 0;
}

static void run(unsigned window, double seconds)
{
    await_bind();
    memset(latencies, 0, sizeof latencies);
    answered = 0;
    uint64_t refused_before = refused;
    double start = bench_seconds(), end = start + seconds;
    for (double now = start; now < end || in_flight != 0; now = bench_seconds()) {
        fill_window(window, now < end);
        if (turn(10) && now < end + DRAIN_SECONDS)
            continue;
        hang_up();
        printf("lost\n");
        return;
    }
    double spent = bench_seconds() - start;
    printf("ran %.1f %.3f %.3f %.3f %llu\n", (double)answered / spent, percentile(0.5), percentile(0.99),
           percentile(1), (unsigned long long)(refused - refused_before));
}

static void drain(void)
{
    double end = bench_seconds() + DRAIN_SECONDS;
    while (oldest != next) {
        bench_must(bench_seconds() < end, "delivering the last texts");
        await_bind();
        fill_window(100, false);
        if (!turn(10))
            hang_up();
    }
    printf("drained\n");
}

static void show_open(void)
{
    printf("open %u", next);
    for (uint32_t i = oldest; i != next; i++)
        if (ring[i % RING].open)
            printf(" %u", i);
    printf("\n");
}

static void obey(const char *line)
{
    unsigned window;
    double seconds;
    if (sscanf(line, "run %u %lf", &window, &seconds) == 2 && window <= RING / 4)
        run(window, seconds);
    else if (strcmp(line, "drain\n") == 0)
        drain();
    else if (strcmp(line, "open\n") == 0)
        show_open();
    else if (strcmp(line, "acknowledged\n") == 0)
        printf("%llu\n", (unsigned long long)acknowledged);
    else
        bench_must(0, "reading a command");
    fflush(stdout);
}

int main(int count, char **words)
{
    char line[200];
    struct pollfd ready = {.fd = 0, .events = POLLIN};
    bench_must(count == 3 && (numbers = atol(words[2])) > 0, "reading the command line");
    printf("port %d\n", listen_on(atoi(words[1])));
    fflush(stdout);
    setvbuf(stdin, NULL, _IONBF, 0);
    for (;;) {
        struct pollfd door = {.fd = listener, .events = POLLIN};
        if (poll(&door, 1, 0) > 0)
            take_connection();
        if (conn >= 0 && !turn(0)) /* somebody who asks whether we are there hears it between the runs, too */
            hang_up();
        if (poll(&ready, 1, 50) <= 0)
            continue;
        if (fgets(line, sizeof line, stdin) == NULL)
            return 0;
        obey(line);
    }
}
