// Ingresses, Services and Nodes, as both servers read them.

import type { KubeObject, Metadata } from '../support/kube/objects.ts';
import type { Read, Said } from './claims.ts';
import type { Endpoint } from './cluster.ts';
import { addressData, type Data, NO_DATA, PANIC } from './data.ts';
import type { Does, Habit } from './habits.ts';
import type { Settings } from './settings.ts';

export const ingress: Read = ({ metadata, spec, status }, { settings, does }) => {
  const { rules, ingressClassName } = spec as {
    rules: { host?: string }[];
    ingressClassName?: string;
  };
  const { ingressClasses } = settings;
  const annotations = heeded(metadata, 'read no annotation of Ingresses', does);
  // The empty host is kept: the plugin stumbles over it.
  const hosts = rules.map(({ host = '' }): Name => ({ key: host, meant: 'either' }));
  const names = distinct([...hosts, ...(annotatedNames(annotations, does) ?? [])]);
  const claim = (data: Data) => names.map((name): Said => ({ ...name, data }));
  const data = ledData(annotations, status, settings);
  if (ingressClasses === undefined) return claim(data);
  if (ingressClassName === undefined && does('panic over an absent class')) return claim(PANIC);
  const name = ingressClassName ?? metadata.annotations?.['kubernetes.io/ingress.class'] ?? '';
  return ingressClasses.includes(name) ? claim(data) : [];
};

export type Annotations = Readonly<Record<string, string>>;

/** All annotations, or none of those of external-dns where the habit is to read none. */
export const heeded = ({ annotations = {} }: Metadata, habit: Habit, does: Does): Annotations => {
  const hasOwn = Object.keys(annotations).some((key) => /\/(hostname|target|ttl)$/.test(key));
  return hasOwn && does(habit) ? {} : annotations;
};

/** Where an object leads by its annotations, or by its status where they don't say. */
const ledData = (annotations: Annotations, status: unknown, settings: Settings): Data => {
  const { 'coredns.io/target': target = '', 'coredns.io/ttl': text = '' } = annotations;
  const ttl = secondsOf(text) || settings.ttl;
  return target === '' ? statusData(status, ttl) : addressData(target.split(/, */), ttl);
};

/** Of `90` or `1h30m`; 0 of anything else. */
export const secondsOf = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text);
  const [, hours = 0, minutes = 0, seconds = 0] =
    /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
};

export const service: Read = (object, { cluster, settings, does }) => {
  const { metadata, spec, status } = object;
  const { ttl } = settings;
  const { type, externalIPs = [] } = spec as { type: string; externalIPs?: string[] };
  const isOpen = metadata.annotations?.['k8s-gateway.dns/resolve-endpoints'] === 'true';
  if (type !== 'LoadBalancer' && !isOpen) return [];
  const isServer = [settings.apex, settings.secondary].includes(ownName(object).key);
  if (!isSelected(object, settings) && (!isServer || does('select servers by labels'))) return [];
  const names = serviceNames(object, does);
  if (!isOpen) {
    const data =
      externalIPs.length > 0
        ? addressData(externalIPs, ttl)
        : ledData(heeded(metadata, 'read one annotation of Services', does), status, settings);
    return names.map((name) => ({ ...name, data }));
  }
  const endpoints = cluster.endpointsOf(`${metadata.namespace}/${metadata.name}`);
  const data = endpointData(endpoints, ttl);
  const own = names.map((name) => ({ ...name, data }));
  return does('name no pods') ? own : [...own, ...podNames(object, names, endpoints, ttl)];
};

/** `hostname.name.namespace` of endpoints that have one, and below each other name of the Service. */
const podNames = (
  object: KubeObject,
  names: readonly Name[],
  endpoints: readonly Endpoint[],
  ttl: number,
): readonly Said[] => {
  const below = [ownName(object), ...names.filter(({ key }) => !key.startsWith('*'))];
  const hostnames = new Set(endpoints.flatMap(({ hostname }) => hostname ?? []));
  return distinct(
    [...hostnames].flatMap((hostname) => {
      const named = endpoints.filter((one) => one.hostname === hostname);
      const data = endpointData(named, ttl);
      return below.map(({ key, meant }) => ({ key: `${hostname}.${key}`, meant, data }));
    }),
  );
};

const isSelected = ({ metadata }: KubeObject, { serviceLabelSelectors }: Settings): boolean =>
  serviceLabelSelectors?.some((selector) => {
    const [label = '', value] = selector.split('=');
    return metadata.labels?.[label] === value;
  }) ?? true;

export const node: Read = ({ status }, { settings: { nodeAddressType, ttl }, does }) => {
  const { addresses, conditions } = status as {
    addresses: { type: string; address: string }[];
    conditions: { type: string; status: string }[];
  };
  const ofType = (wanted: string) =>
    addresses.filter(({ type }) => type === wanted).map(({ address }) => address);
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const counts = isReady || does('serve Nodes that are not ready');
  const data = counts ? addressData(ofType(nodeAddressType), ttl) : NO_DATA;
  return ofType('Hostname')
    .filter((name) => name === name.toLowerCase() || !does('miss Nodes in upper case'))
    .map((name) => ({ key: name.toLowerCase(), meant: 'either', data }));
};

type Name = Pick<Said, 'key' | 'meant'>;

/** An annotation that is there takes the place of `name.namespace`, whatever it says. */
const serviceNames = (object: KubeObject, does: Does): readonly Name[] =>
  annotatedNames(object.metadata.annotations ?? {}, does) ?? [ownName(object)];

/** Undefined where no annotation speaks of names. */
export const annotatedNames = (
  annotations: Annotations,
  does: Does,
): readonly Name[] | undefined => {
  const alpha =
    annotations['coredns.io/hostname'] ?? annotations['external-dns.alpha.kubernetes.io/hostname'];
  const latest = annotations['external-dns.kubernetes.io/hostname'];
  const text =
    alpha ??
    (latest !== undefined && !does('know two prefixes of annotations') ? latest : undefined);
  if (text === undefined) return undefined;
  const items = text.toLowerCase().replaceAll(' ', '').split(',');
  const names = items.flatMap((item): Name[] => {
    const bare = item.replace(/^\*\./, '');
    if (RFC_1123.test(bare)) return [{ key: item, meant: 'either' }];
    if (!ANY_NAME.test(bare) || does('want names of RFC 1123')) return [];
    const key = item.replace(/\.$/, '');
    // With a final dot it can't be meant below a zone.
    return [{ key, meant: key === item ? 'either' : 'whole' }];
  });
  return distinct(names);
};

const RFC_1123 = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const ANY_NAME = /^[-_a-z0-9]{1,63}(\.[-_a-z0-9]{1,63})*\.?$/;

const ownName = ({ metadata: { name, namespace } }: KubeObject): Name => ({
  key: `${name}.${namespace}`,
  meant: 'relative',
});

/** Endpoints that say nothing of their readiness are ready. */
const endpointData = (endpoints: readonly Endpoint[], ttl: number): Data =>
  addressData(
    endpoints
      .filter(({ conditions }) => conditions.ready !== false)
      .flatMap(({ addresses }) => addresses),
    ttl,
  );

const statusData = (status: unknown, ttl: number): Data => {
  const { ingress } = (status as { loadBalancer: { ingress: { ip: string }[] } }).loadBalancer;
  return addressData(
    ingress.map(({ ip }) => ip),
    ttl,
  );
};

export const distinct = <T extends Name>(names: readonly T[]): T[] => [
  ...new Map(names.map((name) => [`${name.key} ${name.meant}`, name])).values(),
];
