/*
 * Sends mutated packets to a name server, as fast as it takes them, and looks at every reply.
 *
 *   cc -O2 -o flood flood.c && ./flood PORT SEED PACKETS SEEDS      (127.0.0.1 only)
 *
 * SEEDS is a file of messages, each behind its length in two octets. The first is the control: a query that has an
 * answer. It goes behind every batch, over the same socket, and the next batch waits for its reply: so each packet
 * has been taken in and dealt with, and none is dropped unseen by a full buffer. One packet of ten goes over TCP.
 *
 * Prints one line of JSON; ends with 1 if the server does not answer any more.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { BATCH = 64, SOCKETS = 4, MOST = 4096, MOST_SEEDS = 65536, HEADER = 12, REPLY = 65535 };
/* A reply that takes longer than all of these together is none. */
enum { PATIENCE_S = 2, ATTEMPTS = 10 };
/* Batches that a TCP connection is kept for. */
enum { KEPT = 16 };

struct seed {
  const unsigned char *octets;
  int length;
};

static struct seed seeds[MOST_SEEDS];
static int seed_count;
static uint64_t state;
static struct sockaddr_in server;
static uint64_t udp_sent, tcp_sent, replies, malformed, resent, connections, cut_off;
static unsigned char first_malformed[REPLY];
static int first_malformed_length;

static unsigned char payload[BATCH][MOST];
static struct iovec slots[BATCH];
static struct mmsghdr messages[BATCH];
static unsigned char received[REPLY + 2];

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* xorshift64* (Marsaglia, Vigna): the same packets for the same seed. */
static uint32_t below(uint32_t limit) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  uint64_t mixed = state * 0x2545f4914f6cdd1dULL;
  return (uint32_t)(((mixed >> 32) * limit) >> 32);
}

static void read_seeds(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) die(path);
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  unsigned char *all = malloc((size_t)size);
  if (all == NULL || fread(all, 1, (size_t)size, file) != (size_t)size) die(path);
  fclose(file);
  for (long at = 0; at + 2 <= size && seed_count < MOST_SEEDS;) {
    int length = all[at] << 8 | all[at + 1];
    at += 2;
    if (at + length > size) break;
    seeds[seed_count].octets = all + at;
    seeds[seed_count].length = length < MOST ? length : MOST;
    seed_count += 1;
    at += length;
  }
  if (seed_count < 2) {
    fprintf(stderr, "%s: no seeds\n", path);
    exit(2);
  }
}

static const unsigned char edges[] = {0, 1, 2, 0x29, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff};

static int insert(unsigned char *octets, int length, int at, const unsigned char *from, int count) {
  if (length + count > MOST) return length;
  unsigned char part[MOST];
  memcpy(part, from, (size_t)count);
  memmove(octets + at + count, octets + at, (size_t)(length - at));
  memcpy(octets + at, part, (size_t)count);
  return length + count;
}

static int change(unsigned char *octets, int length) {
  int at = length == 0 ? 0 : (int)below((uint32_t)length);
  switch (length == 0 ? 5 : below(10)) {
  case 0:
    octets[at] ^= (unsigned char)(1 << below(8));
    return length;
  case 1:
    octets[at] = edges[below(sizeof edges)];
    return length;
  case 2:
    octets[at] = (unsigned char)below(256);
    return length;
  case 3:
    octets[at] = (unsigned char)(octets[at] + below(17) - 8);
    return length;
  case 4: {
    int count = 1 + (int)below(below(4) == 0 ? 64 : 4);
    if (at + count > length) count = length - at;
    memmove(octets + at, octets + at + count, (size_t)(length - at - count));
    return length - count;
  }
  case 5: {
    unsigned char some[8];
    int count = 1 + (int)below(8);
    for (int i = 0; i < count; i++) some[i] = (unsigned char)below(256);
    return insert(octets, length, at, some, count);
  }
  case 6: {
    int count = 1 + (int)below(48);
    if (at + count > length) count = length - at;
    return insert(octets, length, (int)below((uint32_t)length + 1), octets + at, count);
  }
  case 7:
    return at;
  default: {
    const struct seed *other = &seeds[1 + below((uint32_t)seed_count - 1)];
    if (other->length == 0) return length;
    int from = (int)below((uint32_t)other->length);
    int count = 1 + (int)below((uint32_t)(other->length - from));
    if (at + count > MOST) count = MOST - at;
    memcpy(octets + at, other->octets + from, (size_t)count);
    return at + count > length ? at + count : length;
  }
  }
}

/* Each seed as it is, once; then one with some changes, most often with a header that lets the rest be looked at. */
static int mutate(unsigned char *octets) {
  static int untouched = 1;
  int is_plain = untouched < seed_count;
  const struct seed *base = &seeds[is_plain ? untouched++ : 1 + (int)below((uint32_t)seed_count - 1)];
  int length = base->length;
  memcpy(octets, base->octets, (size_t)length);
  if (is_plain) return length;
  for (int changes = (int)below(below(8) == 0 ? 24 : 5); changes > 0; changes--) {
    length = change(octets, length);
  }
  if (length >= HEADER && below(4) != 0) {
    octets[2] &= 0x01;
    memcpy(octets + 3, "\0\0\1\0\0\0\0\0", 8);
    octets[11] = (unsigned char)below(3);
  }
  return length;
}

static int put_control(unsigned char *octets, uint16_t id) {
  memcpy(octets, seeds[0].octets, (size_t)seeds[0].length);
  octets[0] = (unsigned char)(id >> 8);
  octets[1] = (unsigned char)id;
  return seeds[0].length;
}

static int name_end(const unsigned char *octets, int length, int at) {
  while (at < length) {
    if (octets[at] == 0) return at + 1;
    if (octets[at] >= 0xc0) {
      int target = (octets[at] & 0x3f) << 8 | (at + 1 < length ? octets[at + 1] : 0xff);
      return at + 2 <= length && target < at ? at + 2 : -1;
    }
    if (octets[at] > 63) return -1;
    at += octets[at] + 1;
  }
  return -1;
}

/* Whether it is a whole message and a reply: sections as its counts say, and nothing behind them. */
static int is_reply(const unsigned char *octets, int length) {
  if (length < HEADER || (octets[2] & 0x80) == 0) return 0;
  int at = HEADER;
  for (int left = octets[4] << 8 | octets[5]; left > 0; left--) {
    at = name_end(octets, length, at);
    if (at < 0 || at + 4 > length) return 0;
    at += 4;
  }
  int records = 0;
  for (int field = 6; field < HEADER; field += 2) records += octets[field] << 8 | octets[field + 1];
  for (; records > 0; records--) {
    at = name_end(octets, length, at);
    if (at < 0 || at + 10 > length) return 0;
    at += 10 + (octets[at + 8] << 8 | octets[at + 9]);
    if (at > length) return 0;
  }
  return at == length;
}

/* Counts a reply. Returns whether it is the control's: its ID and question, and an answer. */
static int take_reply(const unsigned char *octets, int length, uint16_t id) {
  replies += 1;
  if (!is_reply(octets, length)) {
    if (malformed++ == 0) {
      memcpy(first_malformed, octets, (size_t)length);
      first_malformed_length = length;
    }
    return 0;
  }
  int question = seeds[0].length - HEADER;
  if (length < seeds[0].length || (octets[0] << 8 | octets[1]) != id) return 0;
  return memcmp(octets + HEADER, seeds[0].octets + HEADER, (size_t)question) == 0 &&
         (octets[6] << 8 | octets[7]) > 0;
}

static void wait_at_most(int fd, int seconds) {
  struct timeval patience = {.tv_sec = seconds};
  if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) die("SO_RCVTIMEO");
}

static int open_socket(int type) {
  int fd = socket(AF_INET, type, 0);
  if (fd < 0) die("socket");
  if (connect(fd, (struct sockaddr *)&server, sizeof server) != 0) die("connect");
  wait_at_most(fd, PATIENCE_S);
  return fd;
}

/* Sends a batch with the control at its end. Returns how many packets besides. */
static int send_batch(int fd, int count, uint16_t id) {
  for (int i = 0; i < count; i++) slots[i].iov_len = (size_t)mutate(payload[i]);
  slots[count].iov_len = (size_t)put_control(payload[count], id);
  for (int done = 0; done <= count;) {
    int sent = sendmmsg(fd, messages + done, (unsigned)(count + 1 - done), 0);
    if (sent < 0) die("sendmmsg");
    done += sent;
  }
  return count;
}

static void await_control(int fd, uint16_t id) {
  for (int attempt = 0; attempt < ATTEMPTS;) {
    ssize_t length = recv(fd, received, REPLY, 0);
    if (length < 0) {
      if (errno != EAGAIN && errno != EINTR) die("recv");
      attempt += 1;
      resent += 1;
      unsigned char control[MOST];
      if (send(fd, control, (size_t)put_control(control, id), 0) < 0) die("send");
      continue;
    }
    if (take_reply(received, (int)length, id)) return;
  }
  fprintf(stderr, "no reply over UDP to a query that has an answer, %d times\n", ATTEMPTS);
  exit(1);
}

static int read_whole(int fd, unsigned char *into, int length) {
  for (int done = 0; done < length;) {
    ssize_t got = recv(fd, into + done, (size_t)(length - done), 0);
    if (got <= 0) return got == 0 ? 0 : -1;
    done += (int)got;
  }
  return 1;
}

static void write_whole(int fd, const unsigned char *from, int length) {
  for (int done = 0; done < length;) {
    ssize_t sent = send(fd, from + done, (size_t)(length - done), MSG_NOSIGNAL);
    /* A server may end a connection that it has had enough of. */
    if (sent < 0) return;
    done += (int)sent;
  }
}

static int frame(unsigned char *into, const unsigned char *octets, int length) {
  into[0] = (unsigned char)(length >> 8);
  into[1] = (unsigned char)length;
  memcpy(into + 2, octets, (size_t)length);
  return length + 2;
}

/* A batch over a connection; -1 for none. Returns the connection if it is still good, or -1. */
static int tcp_batch(int fd, int count, uint16_t id) {
  static unsigned char framed[(BATCH + 1) * (MOST + 2)];
  static unsigned char one[MOST];
  int length = 0;
  if (fd < 0) {
    fd = open_socket(SOCK_STREAM);
    connections += 1;
  }
  for (int i = 0; i < count; i++) {
    /* An empty one ends the connection: nobody has such a message. */
    int size = mutate(one);
    length += frame(framed + length, one, size == 0 ? 1 : size);
  }
  /* Some connections end in the midst of a message, or with lengths that lie. */
  if (below(16) == 0) {
    for (int changes = 1 + (int)below(8); changes > 0; changes--) {
      framed[below((uint32_t)length)] = (unsigned char)below(256);
    }
    write_whole(fd, framed, (int)below((uint32_t)length + 1));
    struct linger hard = {.l_onoff = below(2) == 0, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(fd);
    cut_off += 1;
    return -1;
  }
  length += frame(framed + length, one, put_control(one, id));
  write_whole(fd, framed, length);
  for (int attempt = 0; attempt < ATTEMPTS;) {
    unsigned char prefix[2];
    int got = read_whole(fd, prefix, 2);
    if (got > 0) {
      int size = prefix[0] << 8 | prefix[1];
      got = read_whole(fd, received, size);
      if (got > 0 && take_reply(received, size, id)) return fd;
    }
    if (got == 0) break;
    if (got < 0) attempt += 1;
  }
  fprintf(stderr, "no reply over TCP to a query that has an answer\n");
  exit(1);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: flood PORT SEED PACKETS SEEDS\n");
    return 2;
  }
  server.sin_family = AF_INET;
  server.sin_port = htons((in_port_t)atoi(argv[1]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  state = strtoull(argv[2], NULL, 10) * 0x9e3779b97f4a7c15ULL + 1;
  uint64_t wanted = strtoull(argv[3], NULL, 10);
  read_seeds(argv[4]);
  for (int i = 0; i < BATCH; i++) {
    slots[i].iov_base = payload[i];
    messages[i].msg_hdr.msg_iov = &slots[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }

  int sockets[SOCKETS];
  uint16_t awaited[SOCKETS] = {0};
  for (int i = 0; i < SOCKETS; i++) sockets[i] = open_socket(SOCK_DGRAM);
  uint16_t id = 0;
  int stream = -1;
  int kept = 0;
  for (uint64_t turn = 0; udp_sent + tcp_sent < wanted; turn++) {
    int which = (int)(turn % SOCKETS);
    if (awaited[which] != 0) await_control(sockets[which], awaited[which]);
    id = id == UINT16_MAX ? 1 : (uint16_t)(id + 1);
    awaited[which] = id;
    udp_sent += (uint64_t)send_batch(sockets[which], BATCH - 1, id);
    if (turn % 9 != 0) continue;
    stream = tcp_batch(stream, BATCH - 1, id);
    tcp_sent += BATCH - 1;
    if (stream >= 0 && ++kept == KEPT) {
      close(stream);
      stream = -1;
      kept = 0;
    }
  }
  for (int i = 0; i < SOCKETS; i++) {
    if (awaited[i] != 0) await_control(sockets[i], awaited[i]);
  }

  printf("{\"udp\":%llu,\"tcp\":%llu,\"connections\":%llu,\"cutOff\":%llu,\"replies\":%llu,"
         "\"resent\":%llu,\"malformed\":%llu,\"firstMalformed\":\"",
         (unsigned long long)udp_sent, (unsigned long long)tcp_sent, (unsigned long long)connections,
         (unsigned long long)cut_off, (unsigned long long)replies, (unsigned long long)resent,
         (unsigned long long)malformed);
  for (int i = 0; i < first_malformed_length; i++) printf("%02x", first_malformed[i]);
  printf("\"}\n");
  return 0;
}
