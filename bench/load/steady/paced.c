/*
 * Sends queries at the times they are due, and tells how long each waited for its reply.
 *
 *   paced PORT QPS SECONDS LATE_US FILE
 *     sent skipped answered late wrong p50 p99 max       counts, then nanoseconds
 *
 * dnsperf can't be used for this. Whenever it has been held up it sends all that is overdue at once, more than
 * a socket's default buffer holds, and its own delays are part of its latencies. Here what is overdue is
 * skipped beyond BURST, and counted as such; and the time of a reply is that at which the kernel received it
 * (SO_TIMESTAMPNS), whenever it is read. So a busy machine disturbs the measuring less than what is measured.
 *
 * FILE holds messages as dnsperf -B reads them: each behind its length. They are asked in turn, from SOURCES
 * sockets, by IDs that don't come again. Replies are looked at as far as their RCODE: `wrong` are those of
 * another one than NOERROR and NXDOMAIN.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SOURCES 16
#define IDS 65536
/* Sent at once at the most. */
#define BURST 32
#define NS 1000000000LL
/* After the last query, for the last replies. */
#define PATIENCE (1 * NS)

typedef int64_t ns_t;

static struct pollfd sockets[SOURCES];
static ns_t *sent_at;   /* by number of the query; 0: skipped */
static ns_t *delays;    /* of those answered */
static long answered, wrong;

static void fail(const char *what) { perror(what); exit(1); }

/* The clock of SO_TIMESTAMPNS. */
static ns_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * NS + t.tv_nsec;
}

static void open_sockets(int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < SOURCES; i++) {
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1, room = 1 << 22;
        if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) fail("socket");
        if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0) fail("SO_TIMESTAMPNS");
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
        sockets[i] = (struct pollfd){.fd = fd, .events = POLLIN};
    }
}

static unsigned char *read_messages(const char *path, long *octets) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) < 0) fail(path);
    *octets = ftell(file);
    rewind(file);
    unsigned char *all = malloc(*octets);
    if (fread(all, 1, *octets, file) != (size_t)*octets) fail(path);
    fclose(file);
    return all;
}

static void receive(int source, long total) {
    unsigned char reply[4096], control[64];
    struct iovec iov = {reply, sizeof reply};
    for (;;) {
        struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1,
            .msg_control = control, .msg_controllen = sizeof control};
        ssize_t length = recvmsg(sockets[source].fd, &message, 0);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) return;
        struct cmsghdr *stamp = CMSG_FIRSTHDR(&message);
        if (length < 12 || !stamp || stamp->cmsg_type != SCM_TIMESTAMPNS) { wrong++; continue; }
        struct timespec at;
        memcpy(&at, CMSG_DATA(stamp), sizeof at);
        long query = (reply[0] << 8 | reply[1]) * (long)SOURCES + source;
        int rcode = reply[3] & 15;
        if (query >= total || !sent_at[query] || (rcode != 0 && rcode != 3)) { wrong++; continue; }
        delays[answered++] = at.tv_sec * NS + at.tv_nsec - sent_at[query];
        sent_at[query] = 0;
    }
}

static void receive_until(ns_t deadline, long total) {
    for (;;) {
        ns_t left = deadline - now();
        struct timespec wait = {left > 0 ? left / NS : 0, left > 0 ? left % NS : 0};
        if (ppoll(sockets, SOURCES, &wait, NULL) > 0) {
            for (int i = 0; i < SOURCES; i++) if (sockets[i].revents) receive(i, total);
        }
        if (now() >= deadline) return;
    }
}

static int ascending(const void *a, const void *b) {
    ns_t x = *(const ns_t *)a, y = *(const ns_t *)b;
    return x < y ? -1 : x > y;
}

static ns_t percentile(double share) {
    if (answered == 0) return 0;
    long at = (long)(share * answered + 0.999999) - 1;
    return delays[at < 0 ? 0 : at];
}

int main(int argc, char **argv) {
    if (argc != 6) { fprintf(stderr, "usage: paced PORT QPS SECONDS LATE_US FILE\n"); return 2; }
    long qps = atol(argv[2]), total = qps * atol(argv[3]), octets, at = 0, sent = 0, skipped = 0;
    ns_t late_ns = atol(argv[4]) * 1000LL;
    if (total < 1 || total > (long)SOURCES * IDS) { fprintf(stderr, "too many: %ld\n", total); return 2; }
    unsigned char *messages = read_messages(argv[5], &octets);
    sent_at = calloc(total, sizeof *sent_at);
    delays = calloc(total, sizeof *delays);
    open_sockets(atoi(argv[1]));

    ns_t start = now();
    for (long next = 0; next < total;) {
        long due = (now() - start) * qps / NS + 1;
        if (due > total) due = total;
        for (; due - next > BURST; next++) skipped++;
        for (; next < due; next++) {
            unsigned char *message = messages + at + 2;
            int length = messages[at] << 8 | messages[at + 1], id = next / SOURCES;
            at = at + 2 + length < octets ? at + 2 + length : 0;
            message[0] = id >> 8;
            message[1] = id & 255;
            sent_at[next] = now();
            if (send(sockets[next % SOURCES].fd, message, length, 0) == length) sent++;
            else { sent_at[next] = 0; skipped++; }
        }
        receive_until(start + next * NS / qps, total);
    }
    for (ns_t end = now() + PATIENCE; answered < sent && now() < end;) receive_until(now() + NS / 1000, total);

    qsort(delays, answered, sizeof *delays, ascending);
    long late = sent - answered;
    for (long i = answered; i > 0 && delays[i - 1] > late_ns; i--) late++;
    printf("%ld %ld %ld %ld %ld %ld %ld %ld\n", sent, skipped, answered, late, wrong,
        percentile(0.5), percentile(0.99), percentile(1));
    return 0;
}
