/*
 * The client of the freshness runs: asks for A records of a name, one query at a time, until an answer
 * holds a given address, and says when that was. In C and a process of its own, because a client that stops
 * to collect garbage would be part of every p99.
 *
 *   cc -O2 -o probe probe.c && ./probe PORT        (127.0.0.1 only)
 *
 * A line in: NAME ADDRESS PATIENCE_MS PAUSE_US, the pause being between a reply and the next query. Lines out:
 *
 *   asking NS             when the first query has gone out
 *   seen NS QUERIES       when the answer had come, and how many queries that took
 *   missing NS QUERIES    when patience was at its end
 *
 * NS are nanoseconds of CLOCK_MONOTONIC, which process.hrtime reads too.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 12, TYPE_A = 1, CLASS_IN = 1, POINTER = 0xc0, LARGEST = 4096, LONGEST_NAME = 255 };

/* A reply that takes this long is lost, or its server not there yet. */
enum { LOST_US = 50000, REFUSED_US = 1000 };

static int fail(const char *call) {
  perror(call);
  return 1;
}

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int open_socket(int port) {
  struct sockaddr_in there = {
      .sin_family = AF_INET,
      .sin_port = htons((in_port_t)port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  struct timeval patience = {.tv_usec = LOST_US};
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&there, sizeof there) != 0) return -1;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) return -1;
  return fd;
}

/* Composes the query; its length, or -1 for a name that is none. The ID is left 0. */
static int compose(unsigned char *query, const char *name) {
  memset(query, 0, HEADER);
  query[5] = 1; /* QDCOUNT */
  int at = HEADER;
  while (*name != '\0') {
    size_t length = strcspn(name, ".");
    if (length == 0 || length > 63 || at + (int)length > LONGEST_NAME) return -1;
    query[at++] = (unsigned char)length;
    memcpy(query + at, name, length);
    at += (int)length;
    name += length;
    if (*name == '.') name++;
  }
  const unsigned char rest[] = {0, 0, TYPE_A, 0, CLASS_IN};
  memcpy(query + at, rest, sizeof rest);
  return at + (int)sizeof rest;
}

/* Behind a name of the reply, or past its end. */
static int skip_name(const unsigned char *reply, int at, int end) {
  while (at < end && reply[at] != 0) {
    if (reply[at] >= POINTER) return at + 2;
    at += 1 + reply[at];
  }
  return at + 1;
}

/* Whether the answer section has an A record of the address; the question is as long as the query's. */
static int holds(const unsigned char *reply, int end, int question_end, const unsigned char *address) {
  int records = reply[6] << 8 | reply[7];
  int at = question_end;
  while (records-- > 0) {
    at = skip_name(reply, at, end);
    if (at + 10 > end) return 0;
    int type = reply[at] << 8 | reply[at + 1];
    int length = reply[at + 8] << 8 | reply[at + 9];
    at += 10;
    if (at + length > end) return 0;
    if (type == TYPE_A && length == 4 && memcmp(reply + at, address, 4) == 0) return 1;
    at += length;
  }
  return 0;
}

/* The length of the reply to the query, replies to earlier ones passed over; -1 if none comes. */
static int receive(int fd, const unsigned char *query, unsigned char *reply) {
  for (;;) {
    ssize_t length = recv(fd, reply, LARGEST, 0);
    if (length < 0) return -1;
    if (length >= HEADER && reply[0] == query[0] && reply[1] == query[1]) return (int)length;
  }
}

static void ask(int fd, unsigned char *query, int length, const unsigned char *address, int64_t until,
                int pause_us) {
  static unsigned char reply[LARGEST];
  static unsigned id;
  for (long queries = 1;; queries++) {
    id++;
    query[0] = (unsigned char)(id >> 8);
    query[1] = (unsigned char)id;
    /* A port where nobody listens is an error of this send or of the next. */
    ssize_t sent = send(fd, query, (size_t)length, 0);
    if (queries == 1) printf("asking %" PRId64 "\n", now_ns());
    int end = sent < 0 ? -1 : receive(fd, query, reply);
    int64_t now = now_ns();
    if (end > 0 && holds(reply, end, length, address)) {
      printf("seen %" PRId64 " %ld\n", now, queries);
      return;
    }
    if (now > until) {
      printf("missing %" PRId64 " %ld\n", now, queries);
      return;
    }
    if (end < 0) usleep(REFUSED_US);
    else if (pause_us > 0) usleep((useconds_t)pause_us);
  }
}

int main(int argc, char **argv) {
  int fd = argc == 2 ? open_socket(atoi(argv[1])) : -1;
  if (fd < 0) return fail("probe PORT");
  setvbuf(stdout, NULL, _IOLBF, 0);
  char line[1024], name[512], text[64];
  int patience_ms, pause_us;
  while (fgets(line, sizeof line, stdin) != NULL) {
    unsigned char query[HEADER + LONGEST_NAME + 64], address[4];
    if (sscanf(line, "%511s %63s %d %d", name, text, &patience_ms, &pause_us) != 4) return fail("line");
    int length = compose(query, name);
    if (length < 0 || inet_pton(AF_INET, text, address) != 1) return fail(line);
    ask(fd, query, length, address, now_ns() + (int64_t)patience_ms * 1000000, pause_us);
  }
  return 0;
}
