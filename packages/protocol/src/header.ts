/*
 * The header of every message (RFC 1035 4.1.1; AD and CD from RFC 4035):
 *
 *       0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15
 *      +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
 *    0 |                      ID                       |
 *    2 |QR|   Opcode  |AA|TC|RD|RA| Z|AD|CD|   RCODE   |
 *    4 |                    QDCOUNT                    |
 *    6 |                    ANCOUNT                    |
 *    8 |                    NSCOUNT                    |
 *   10 |                    ARCOUNT                    |
 *      +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
 */

/** Octet offsets of the header's fields from the start of a message. */
export const HEADER = {
  ID: 0,
  FLAGS: 2,
  QDCOUNT: 4,
  ANCOUNT: 6,
  NSCOUNT: 8,
  ARCOUNT: 10,
  LENGTH: 12,
} as const;

/** Masks of the second 16-bit word. */
export const FLAG = {
  QR: 0x8000,
  OPCODE: 0x7800,
  AA: 0x0400,
  TC: 0x0200,
  RD: 0x0100,
  RA: 0x0080,
  AD: 0x0020,
  CD: 0x0010,
  RCODE: 0x000f,
} as const;

export const OPCODE_SHIFT = 11;
