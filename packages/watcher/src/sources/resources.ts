import type { Kind } from './contract.ts';
import { ingress } from './ingress.ts';
import type { Resource } from './resource.ts';
import { service } from './service.ts';

/** Every kind that can make DNS. A new kind is a file of its own and a line here. */
export const resources: Readonly<Record<Kind, Resource>> = { Ingress: ingress, Service: service };
