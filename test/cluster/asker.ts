// Asks a server and sums the reply up in one line, so that expectations read like DNS.

import {
  type Endpoint,
  type Message,
  parseMessage,
  presentRdata,
  query,
  rcodeName,
  TYPE,
  UdpClient,
} from '../support/dns/index.ts';
import { waitFor } from '../support/wait.ts';

/** What a server says by UDP. Dispose of it. */
export class Asker implements AsyncDisposable {
  readonly #client: UdpClient;
  readonly #evidence: () => string;

  private constructor(client: UdpClient, evidence: () => string) {
    this.#client = client;
    this.#evidence = evidence;
  }

  /** `evidence` is added to the message when an answer doesn't come: the server's log, say. */
  static async open(endpoint: Endpoint, evidence: () => string): Promise<Asker> {
    return new Asker(await UdpClient.open(endpoint), evidence);
  }

  /** The reply to `www.example.com. A`, which bears EDNS. */
  async ask(question: string): Promise<Message> {
    return parseMessage(await this.#client.exchange(query(question, { edns: {} })));
  }

  /**
   * The reply in a line: `192.0.2.1 192.0.2.2` (sorted), `NODATA`, or the RCODE; NODATA and
   * NXDOMAIN only where the SOA is there, and an Extended DNS Error as in `SERVFAIL EDE 14`.
   */
  async answer(question: string): Promise<string> {
    return summarize(await this.ask(question));
  }

  /** Asks anew until the reply is the expected line. */
  async becomes(question: string, expected: string): Promise<void> {
    let last = 'nothing';
    await waitFor(
      async () => {
        last = await this.answer(question);
        return last === expected;
      },
      {
        what: `${question} to be ${expected}`,
        evidence: () => `last: ${last}\n${this.#evidence()}`,
      },
    );
  }

  /** The SOA's serial of that zone. */
  async serial(zone: string): Promise<number> {
    const { answer } = await this.ask(`${zone} SOA`);
    const rdata = answer.map((record) => presentRdata(record.rdata)).join();
    const serial = /^\S+ \S+ (\d+) /.exec(rdata)?.[1];
    if (serial === undefined) throw new Error(`no SOA of ${zone}: ${rdata}\n${this.#evidence()}`);
    return Number(serial);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }
}

const summarize = ({ rcode, answer, authority, edns }: Message): string => {
  if (answer.length > 0)
    return answer
      .map((record) => presentRdata(record.rdata))
      .sort()
      .join(' ');
  const errors = (edns?.errors ?? []).map(({ code }) => `EDE ${code}`);
  const name = rcode === 0 ? 'NODATA' : rcodeName(rcode);
  const isNegative = name === 'NODATA' || name === 'NXDOMAIN';
  const hasSoa = authority.length === 1 && authority[0]?.type === TYPE.SOA;
  return [name, ...(isNegative && !hasSoa ? ['without SOA'] : []), ...errors].join(' ');
};
