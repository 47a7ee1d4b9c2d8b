import { listOf, type Shape, shapeOf, textOf } from '../sources/shape.ts';
import { annotation, annotationsOf, isAnnotated, readHostnames } from './annotations.ts';
import { type Claim, type ClaimedName, HTTPS_PORT, type ProjectionOptions } from './contract.ts';
import { quoted } from './faults.ts';
import { type HttpsWish, readHttpsWish } from './https/annotation.ts';
import { bindingsOf, withHttps } from './https/bindings.ts';
import { servesByTls, tlsHostsOf } from './https/ingress-tls.ts';
import { readLoadBalancer } from './load-balancer.ts';
import { claimed, readOverrides } from './overrides.ts';
import { ignored, type Projection, type SoleKind } from './sole-kind.ts';

const nothing: readonly Claim[] = [];
const noFaults: readonly string[] = [];

/**
 * Ingress: a full name for every `spec.rules[].host`, and for each in its hostname annotation. A rule without a
 * host claims nothing.
 */
export const ingress: SoleKind = {
  kind: 'Ingress',
  project(object: Shape, _: string, options: ProjectionOptions): Projection {
    const { ingressClasses, annotationPrefixes } = options;
    const reason = ignored(object);
    if (reason !== undefined) return { reason, names: () => namesOf(object, annotationPrefixes) };
    if (ingressClasses !== undefined) {
      const name = classOf(object);
      if (!ingressClasses.includes(name)) {
        return {
          get reason() {
            return reasonOf(name);
          },
          names: () => namesOf(object, annotationPrefixes),
        };
      }
    }
    const hosts = hostsOf(object);
    if (!isAnnotated(object, annotationPrefixes)) {
      if (hosts.length === 0) return nothing;
      const claim = { names: hosts, ...readLoadBalancer(object) };
      return options.httpsRecords === 'all' ? secured(object, claim, undefined) : [claim];
    }
    const hostname = annotation(object, annotationPrefixes, 'hostname');
    const overrides = readOverrides(object, annotationPrefixes);
    const { names, faults: ofNames } = withNames(hosts, hostname);
    const faults = [...ofNames];
    const wish = readHttpsWish(object, options, faults);
    if (names.length === 0 && faults.length === 0) return nothing;
    const claim = { names, ...claimed(overrides, () => readLoadBalancer(object), faults) };
    const isAll = options.httpsRecords === 'all';
    return wish === undefined && !isAll ? [claim] : secured(object, claim, wish);
  },
};

/** With HTTPS records of those names for which the Ingress ends TLS, or is said to. */
function secured(object: Shape, claim: Claim, wish: HttpsWish | undefined): readonly Claim[] {
  if (wish === 'off') return withHttps(claim, wish);
  const https = bindingsOf(wish, [HTTPS_PORT]);
  if (wish?.always === true) return withHttps(claim, https);
  const hosts = tlsHostsOf(object);
  const isServed = ({ name }: ClaimedName): boolean => servesByTls(hosts, name);
  if (claim.names.length === 0) return [claim];
  const names = hosts.size === 0 ? nobody : claim.names.filter(isServed);
  if (names.length === claim.names.length) return withHttps(claim, https);
  if (names.length === 0) return wish === undefined ? [claim] : [withFault(claim)];
  const { faults: _, ...rest } = claim;
  const others = claim.names.filter((name) => !isServed(name));
  return [{ ...claim, names: others }, ...withHttps({ ...rest, names }, https)];
}

const nobody: readonly ClaimedName[] = [];

function withFault(claim: Claim): Claim {
  const fault =
    'its https annotation has no effect: no name of it is among the hosts of its spec.tls; where TLS ends in front of it, "always" in the annotation says so';
  return { ...claim, faults: [...(claim.faults ?? noFaults), fault] };
}

const legacyClass = 'kubernetes.io/ingress.class';

/** The name of its class, or the empty text: the annotation is of the time before there was a member for it. */
function classOf(object: Shape): string {
  return (
    textOf(shapeOf(object['spec'])['ingressClassName']) ||
    textOf(annotationsOf(object)[legacyClass])
  );
}

function reasonOf(className: string): string {
  return className === ''
    ? 'it has no class, and ingressClasses asks for one'
    : `its class ${quoted(className)} is not among ingressClasses`;
}

function hostsOf(object: Shape): readonly ClaimedName[] {
  const rules = listOf(shapeOf(object['spec'])['rules']);
  // Several rules for one host are common (a rule a path), and an object may hold 30,000 hosts. One rule is
  // commoner still, and a set for each costs 2 us: of 100,000 objects a tenth of the time to read them.
  const seen = rules.length > 1 ? new Set<string>() : undefined;
  const names: ClaimedName[] = [];
  for (const rule of rules) {
    const host = textOf(shapeOf(rule)['host']);
    if (host === '' || seen?.has(host)) continue;
    seen?.add(host);
    names.push({ name: host, relative: false });
  }
  return names;
}

function namesOf(object: Shape, prefixes: readonly string[]): readonly ClaimedName[] {
  return withNames(hostsOf(object), annotation(object, prefixes, 'hostname')).names;
}

/** With those that the annotation adds. */
function withNames(
  hosts: readonly ClaimedName[],
  hostname: string | undefined,
): { readonly names: readonly ClaimedName[]; readonly faults: readonly string[] } {
  if (hostname === undefined) return { names: hosts, faults: noFaults };
  const { names, faults } = readHostnames(hostname);
  const seen = new Set(hosts.map(({ name }) => name));
  const added = names.filter((name) => !seen.has(name));
  return { names: [...hosts, ...added.map((name) => ({ name, relative: false }))], faults };
}
