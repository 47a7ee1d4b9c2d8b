// A cluster full of drawn objects, and what a Corefile makes of it.

import { type Endpoint, TYPE } from '../support/dns/index.ts';
import type { KubeBinaries } from '../support/kube/build/build.ts';
import { Cluster } from '../support/kube/cluster.ts';
import { installCustomResources } from '../support/kube/custom-resources.ts';
import type { KubeObject } from '../support/kube/objects.ts';
import { waitFor } from '../support/wait.ts';
import { claimsOf } from './claims.ts';
import { Draw } from './draw.ts';
import { interview } from './interview.ts';
import { drawObjects, oddObjects, type Wanted } from './objects.ts';
import { type Question, questionsOf } from './questions.ts';
import { sentinelNames, sentinels } from './sentinels.ts';
import { composeCorefile, type Settings } from './settings.ts';
import { World } from './world.ts';

/** What to draw, and from where. */
export interface SceneOptions extends Omit<Wanted, 'namespaces'> {
  readonly seed: number;
  /** Where the hosts lie. */
  readonly zones: readonly string[];
}

/** The objects under one Corefile. */
export interface View {
  readonly world: World;
  readonly questions: readonly Question[];
  /** For both servers. */
  readonly corefile: string;
  /** Resolves when a server has read the whole of every kind. */
  readonly isRead: (endpoint: Endpoint) => Promise<void>;
}

const NAMESPACES = ['team-a', 'team-b', 'team-c', 'team-d'];

export class Scene implements AsyncDisposable {
  private readonly cluster: Cluster;
  private readonly objects: readonly KubeObject[];
  private readonly draw: Draw;

  private constructor(cluster: Cluster, objects: readonly KubeObject[], draw: Draw) {
    this.cluster = cluster;
    this.objects = objects;
    this.draw = draw;
  }

  /** Starts an API server of its own and creates the objects in it. */
  static async build(kube: KubeBinaries, options: SceneOptions): Promise<Scene> {
    const draw = new Draw(options.seed, options.zones);
    const [zone = ''] = options.zones;
    const objects = [
      ...oddObjects(draw, zone),
      ...drawObjects(draw, { ...options, namespaces: NAMESPACES }),
      ...sentinels(options.kinds, zone),
    ];
    const cluster = await Cluster.start(kube);
    try {
      await populate(cluster, objects);
      return new Scene(cluster, objects, draw);
    } catch (error) {
      await cluster.remove();
      throw error;
    }
  }

  /** @param share of the names, one in so many is asked for; those around the name servers always are. */
  view(settings: Settings, share: number): View {
    const world = new World(claimsOf(this.objects, settings), settings);
    return {
      world,
      questions: questionsOf(world, this.draw, share),
      corefile: composeCorefile(settings, this.cluster.apiServer.kubeconfig),
      isRead: (endpoint) => isRead(endpoint, settings),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.remove();
  }
}

const populate = async (cluster: Cluster, objects: readonly KubeObject[]): Promise<void> => {
  const { admin } = cluster.apiServer;
  await installCustomResources(admin);
  await Promise.all(NAMESPACES.map((name) => admin.createNamespace(name)));
  await Promise.all(objects.map((object) => admin.create(object)));
};

const isRead = async (endpoint: Endpoint, { zones, resources }: Settings): Promise<void> => {
  const questions = sentinelNames(resources, zones[0] ?? '').map((name) => ({
    ...{ asked: `${name}.`, name, type: TYPE.A },
  }));
  let last: readonly string[] = [];
  await waitFor(
    async () => {
      last = await interview(endpoint, questions, 0);
      return last.every((reply) => reply.includes(' A 192.0.2.1'));
    },
    { what: 'every kind to be answered for', evidence: () => last.join('\n') },
  );
};
