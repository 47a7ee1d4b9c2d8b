import type { ServerConfig, ViewConfig } from '../config/server-config.ts';
import type { Configured } from '../workers/watched-gateways.ts';
import type { WatcherTask } from '../workers/watcher-messages.ts';

/** A view of a configuration, on its own: what is needed to watch it, apart or with others. */
export interface ViewPlan {
  /** Another for each snapshot that there ever is: what threads know it by. */
  readonly number: number;
  readonly view: ViewConfig;
  /** What the view's members are indices into. */
  readonly config: Configured;
}

export function planView(config: ServerConfig, index: number, number: number): ViewPlan {
  const view = config.views[index];
  if (view === undefined) throw new RangeError(`no view ${index}`);
  return { number, view, config };
}

/** The directive that a zone of a view is answered by, as the Corefile has it. */
export function directiveOf({ view, config }: ViewPlan, zone: string): 'k8s_gateway' | 'file' {
  const isFile = view.fileZones.some((index) => config.fileZones[index]?.zone === zone);
  return isFile ? 'file' : 'k8s_gateway';
}

/** What has these views watched together, though they may come of different configurations. */
export function watcherTask(
  plans: readonly ViewPlan[],
  rest: Pick<WatcherTask, 'readers' | 'serials'>,
): WatcherTask {
  const task = {
    gateways: [] as Configured['gateways'][number][],
    fileZones: [] as Configured['fileZones'][number][],
    hosts: [] as Configured['hosts'][number][],
    views: [] as WatcherTask['views'][number][],
  };
  for (const [config, views] of Map.groupBy(plans, (plan) => plan.config)) {
    const [gateways, fileZones, hosts] = [
      ...([task.gateways.length, task.fileZones.length, task.hosts.length] as const),
    ];
    const shift = <T extends { readonly hosts?: number }>(one: T): T =>
      one.hosts === undefined ? one : { ...one, hosts: one.hosts + hosts };
    task.gateways.push(...config.gateways.map(shift));
    task.fileZones.push(...config.fileZones.map(shift));
    task.hosts.push(...config.hosts);
    for (const { number, view } of views) {
      task.views.push({
        ...view,
        number,
        gateways: view.gateways.map((index) => index + gateways),
        fileZones: view.fileZones.map((index) => index + fileZones),
        hosts: view.hosts.map((index) => index + hosts),
      });
    }
  }
  // In the order of the plans, in which their snapshots come.
  const order = new Map(plans.map(({ number }, i) => [number, i]));
  const place = ({ number }: { readonly number: number }): number => order.get(number) ?? 0;
  return { ...rest, ...task, views: task.views.sort((a, b) => place(a) - place(b)) };
}

/** In the order in which a watcher numbers them. */
export function zonesOf(plans: readonly ViewPlan[]): string[] {
  return plans.flatMap(({ view, config }) => [
    ...view.gateways.flatMap((index) => config.gateways[index]?.zones ?? []),
    ...view.fileZones.flatMap((index) => config.fileZones[index]?.zone ?? []),
  ]);
}
