/** Tells who asks, where the answer depends on it. */
export interface Client {
  /**
   * Valid for the message in hand: 20 octets, the family (4 or 6) first, from octet 4 on the address, an
   * IPv4 one as ::ffff:a.b.c.d (`SocketSet.peer` of @seamark/udp).
   */
  peer(): Uint8Array;
}
