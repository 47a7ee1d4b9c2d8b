// What objects refer to: Gateways and endpoints.

import type { KubeObject } from '../support/kube/objects.ts';

export interface Gateway {
  readonly namespace: string;
  readonly className: string;
  readonly isIgnored: boolean;
  readonly addresses: readonly string[];
  readonly listeners: readonly Listener[];
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
  private readonly endpoints = new Map<string, Endpoint[]>();

  constructor(objects: readonly KubeObject[]) {
    for (const object of objects) {
      if (object.kind === 'Gateway') this.addGateway(object);
      if (object.kind === 'EndpointSlice') this.addSlice(object);
    }
  }

  gateway(namespace: string, name: string): Gateway | undefined {
    return this.gateways.get(`${namespace}/${name}`);
  }

  endpointsOf(service: string): readonly Endpoint[] {
    return this.endpoints.get(service) ?? [];
  }

  private addGateway({ metadata, spec, status }: KubeObject): void {
    const { namespace = '', name, labels = {} } = metadata;
    const { gatewayClassName, listeners } = spec as {
      gatewayClassName: string;
      listeners: Listener[];
    };
    const { addresses } = status as { addresses: { value: string }[] };
    this.gateways.set(`${namespace}/${name}`, {
      namespace,
      className: gatewayClassName,
      isIgnored: labels['k8s-gateway.dns/ignore'] === 'true',
      addresses: addresses.map(({ value }) => value),
      listeners,
    });
  }

  private addSlice(object: KubeObject): void {
    const { namespace, labels = {} } = object.metadata;
    const service = `${namespace}/${labels['kubernetes.io/service-name']}`;
    const { endpoints } = object as unknown as { endpoints: Endpoint[] };
    this.endpoints.set(service, [...this.endpointsOf(service), ...endpoints]);
  }
}
