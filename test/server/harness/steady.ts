// Clients that ask all the time, over UDP and TCP, and count what they are not given.

import {
  type Endpoint,
  parseMessage,
  presentRdata,
  query,
  TcpClient,
} from '../../support/dns/index.ts';
import { waitFor } from '../../support/wait.ts';
import { Burst } from './burst.ts';

const QUESTION = 'www.example.com. A';
const ADDRESS = '192.0.2.1';

export interface Account {
  readonly udp: {
    readonly sent: number;
    readonly answered: number;
    readonly wrong: readonly string[];
  };
  readonly tcp: { readonly answered: number; readonly wrong: readonly string[] };
}

/**
 * Asks for www.example.com. from now on, from eight UDP sockets and over two TCP connections that stay open, until it
 * is told to stop. Each message is one that must be answered: UDP on loopback loses nothing by itself.
 */
export class Steady implements AsyncDisposable {
  readonly #burst: Burst;
  readonly #asking: Promise<unknown>;
  readonly #wrong: string[] = [];
  #answered = 0;
  #isWanted = true;

  private constructor(burst: Burst, connections: readonly TcpClient[], perSecond: number) {
    this.#burst = burst;
    const wanted = (): boolean => this.#isWanted;
    this.#asking = Promise.all([
      burst.sendSteadily(perSecond, wanted),
      ...connections.map((client) => this.#overTcp(client)),
    ]);
  }

  static async begin(endpoint: Endpoint, perSecond: number): Promise<Steady> {
    const connections = [await TcpClient.open(endpoint), await TcpClient.open(endpoint)];
    return new Steady(await Burst.open(endpoint), connections, perSecond);
  }

  /** Resolves when so many more have been answered by each transport. */
  async answers(more: number): Promise<void> {
    const [udp, tcp] = [this.#burst.received + more, this.#answered + more];
    await waitFor(() => this.#burst.received >= udp && this.#answered >= tcp, {
      what: `${more} more answers`,
    });
  }

  /** Stops asking, waits for the last answers, and tells what came of all. */
  async end(): Promise<Account> {
    this.#isWanted = false;
    await this.#asking;
    const answered = await this.#burst.answered();
    const { sent, wrong } = this.#burst;
    return {
      udp: { sent, answered, wrong },
      tcp: { answered: this.#answered, wrong: this.#wrong },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isWanted = false;
    await this.#asking.catch(() => undefined);
    await this.#burst[Symbol.asyncDispose]();
  }

  async #overTcp(client: TcpClient): Promise<void> {
    await using connection = client;
    try {
      while (this.#isWanted) {
        const reply = parseMessage(await connection.exchange(query(QUESTION)));
        const [first, ...more] = reply.answer.map((record) => presentRdata(record.rdata));
        if (first === ADDRESS && more.length === 0) this.#answered += 1;
        else this.#wrong.push(JSON.stringify(reply));
      }
    } catch (error) {
      this.#wrong.push(String(error));
    }
  }
}
