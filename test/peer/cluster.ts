// What objects refer to: Gateways and endpoints.

import type { KubeObject } from '../support/kube/objects.ts';

export interface Gateway {
  readonly namespace: string;
  readonly className: string;
  readonly isIgnored: boolean;
  readonly addresses: readonly string[];
  readonly listeners: readonly Listener[];
  /** Whose ListenerSets it takes. */
  readonly setsFrom: string;
}

export interface ListenerSet {
  readonly namespace: string;
  readonly isIgnored: boolean;
  readonly listeners: readonly Listener[];
  /** The Gateway that it names; its own namespace where it names none. */
  readonly parent: { readonly namespace: string; readonly name: string };
}

export interface Listener {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly hostname?: string;
  readonly allowedRoutes?: { readonly namespaces: { readonly from: string } };
}

export interface Endpoint {
  readonly addresses: readonly string[];
  readonly hostname?: string;
  readonly conditions: { readonly ready?: boolean };
}

export class Cluster {
  private readonly gateways = new Map<string, Gateway>();
  private readonly sets = new Map<string, ListenerSet>();
  private readonly endpoints = new Map<string, Endpoint[]>();

  constructor(objects: readonly KubeObject[]) {
    for (const object of objects) {
      if (object.kind === 'Gateway') this.addGateway(object);
      if (object.kind === 'ListenerSet') this.addSet(object);
      if (object.kind === 'EndpointSlice') this.addSlice(object);
    }
  }

  gateway(namespace: string, name: string): Gateway | undefined {
    return this.gateways.get(`${namespace}/${name}`);
  }

  listenerSet(namespace: string, name: string): ListenerSet | undefined {
    return this.sets.get(`${namespace}/${name}`);
  }

  endpointsOf(service: string): readonly Endpoint[] {
    return this.endpoints.get(service) ?? [];
  }

  private addGateway({ metadata, spec, status }: KubeObject): void {
    const { namespace = '', name, labels = {} } = metadata;
    const { gatewayClassName, listeners, allowedListeners } = spec as {
      gatewayClassName: string;
      listeners: Listener[];
      allowedListeners?: { namespaces: { from: string } };
    };
    const { addresses } = status as { addresses: { value: string }[] };
    this.gateways.set(`${namespace}/${name}`, {
      namespace,
      className: gatewayClassName,
      isIgnored: labels['k8s-gateway.dns/ignore'] === 'true',
      addresses: addresses.map(({ value }) => value),
      listeners,
      setsFrom: allowedListeners?.namespaces.from ?? 'None',
    });
  }

  private addSet({ metadata, spec }: KubeObject): void {
    const { namespace = '', name, labels = {} } = metadata;
    const { parentRef, listeners } = spec as {
      parentRef: { name: string; namespace?: string };
      listeners: Listener[];
    };
    const isIgnored = labels['k8s-gateway.dns/ignore'] === 'true';
    const parent = { namespace, ...parentRef };
    this.sets.set(`${namespace}/${name}`, { namespace, isIgnored, listeners, parent });
  }

  private addSlice(object: KubeObject): void {
    const { namespace, labels = {} } = object.metadata;
    const service = `${namespace}/${labels['kubernetes.io/service-name']}`;
    const { endpoints } = object as unknown as { endpoints: Endpoint[] };
    this.endpoints.set(service, [...this.endpointsOf(service), ...endpoints]);
  }
}
