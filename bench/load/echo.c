/*
 * The limit of sockets: what is the least that a UDP server on one thread can cost? It takes a batch,
 * turns each query into a reply by setting QR, and sends the batch back. Everything a DNS server costs
 * beyond this is its own doing.
 *
 *   cc -O2 -o echo echo.c && ./echo PORT        (127.0.0.1 only)
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

/* The batch and the slots of @seamark/udp, so that the kernel has the same work. */
enum { BATCH = 64, SLOT = 4096, STRIDE = SLOT + 64 };

enum { FLAGS = 2, QR = 0x80 };

static unsigned char payload[BATCH][STRIDE];
static struct sockaddr_in peers[BATCH];
static struct iovec slots[BATCH];
static struct mmsghdr messages[BATCH];

static int fail(const char *call) {
  perror(call);
  return 1;
}

static int open_socket(int port) {
  struct sockaddr_in here = {
      .sin_family = AF_INET,
      .sin_port = htons((in_port_t)port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd >= 0 && bind(fd, (struct sockaddr *)&here, sizeof here) == 0) return fd;
  return -1;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: echo PORT\n");
    return 2;
  }
  int fd = open_socket(atoi(argv[1]));
  if (fd < 0) return fail("bind");
  for (int i = 0; i < BATCH; i++) {
    slots[i].iov_base = payload[i];
    messages[i].msg_hdr.msg_name = &peers[i];
    messages[i].msg_hdr.msg_iov = &slots[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      slots[i].iov_len = SLOT;
      messages[i].msg_hdr.msg_namelen = sizeof peers[i];
    }
    int received = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
    if (received < 0) return fail("recvmmsg");
    for (int i = 0; i < received; i++) {
      slots[i].iov_len = messages[i].msg_len;
      payload[i][FLAGS] |= QR;
    }
    for (int done = 0; done < received;) {
      int sent = sendmmsg(fd, messages + done, (unsigned)(received - done), 0);
      if (sent < 0) return fail("sendmmsg");
      done += sent;
    }
  }
}
