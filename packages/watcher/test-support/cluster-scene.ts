import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { replyHere } from '../src/cluster/access-reply.ts';
// Here and not in a test, which would wait for it no longer than for anything else.
import '../src/cluster/kube-config.ts';
import { ClusterSource, type ClusterSourceOptions } from '../src/cluster/cluster-source.ts';
import type { ObjectKind, Wanted } from '../src/sources/contract.ts';
import { FakeApiServer } from './fake-api-server.ts';
import { FakeApis } from './fake-apis.ts';
import { RecordingSink, recordingLogger } from './recording-sink.ts';

/** A ClusterSource that reads fake APIs into a recording sink. */
export class ClusterScene implements AsyncDisposable {
  readonly apis: FakeApis;
  readonly server: FakeApiServer;
  readonly sink: RecordingSink = new RecordingSink();
  readonly log: ReturnType<typeof recordingLogger> = recordingLogger();
  /** Delays that were waited, in milliseconds. */
  readonly slept: number[] = [];
  readonly source: ClusterSource;
  /** What `start` of the source returned. */
  readonly running: Promise<void>;
  readonly #stop = new AbortController();
  readonly #folder: string;

  private constructor(
    apis: FakeApis,
    server: FakeApiServer,
    folder: string,
    wanted: readonly (ObjectKind | Wanted)[],
    options: Partial<ClusterSourceOptions>,
  ) {
    this.apis = apis;
    this.server = server;
    this.#folder = folder;
    const location = { kind: 'kubeconfig', file: join(folder, 'kubeconfig') } as const;
    this.source = new ClusterSource(location, wanted, {
      logger: this.log,
      // As short as a test needs it, yet no busy loop.
      sleep: async (ms) => {
        this.slept.push(ms);
        await new Promise((resolve) => setTimeout(resolve, 1));
      },
      random: () => 0.5,
      recheckMs: 5,
      ask: replyHere,
      ...options,
    });
    this.running = this.source.start(this.sink, this.#stop.signal);
    // A test that expects it to fail looks at it itself.
    this.running.catch(() => undefined);
  }

  /** @param served `group/version/plural` of what there is in the cluster */
  static async open(
    served: readonly string[],
    wanted: readonly (ObjectKind | Wanted)[],
    {
      arrange,
      ...options
    }: Partial<ClusterSourceOptions> & { arrange?: (apis: FakeApis) => void } = {},
  ): Promise<ClusterScene> {
    const apis = new FakeApis(...served);
    arrange?.(apis);
    const server = await new FakeApiServer(apis.reply).listen();
    const folder = await mkdtemp(join(tmpdir(), 'seamark-cluster-'));
    await writeFile(join(folder, 'kubeconfig'), server.kubeconfig());
    return new ClusterScene(apis, server, folder, wanted, options);
  }

  /** Paths that were asked for, in order. */
  get asked(): readonly string[] {
    return this.server.exchanges.map(({ path }) => path);
  }

  /** How it stands with a kind, as last told. */
  statusOf(kind: ObjectKind): RecordingSink['statuses'][number] | undefined {
    return this.sink.statuses.findLast((status) => status.kind === kind);
  }

  /** Until `look` throws no more. */
  async eventually(look: () => void): Promise<void> {
    await vi.waitFor(look, { timeout: 20_000, interval: 2 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.running.catch(() => undefined);
    await this.server.close();
    await rm(this.#folder, { recursive: true });
  }
}
