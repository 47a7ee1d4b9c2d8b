import { describe, expect, it } from 'vitest';
import { compile, gateway } from '../../test-support/compiling.ts';
import { describeConfig } from './describe.ts';

describe('the description of a gateway', () => {
  const described = (lines: string) =>
    describeConfig(compile(gateway(lines)))
      .split('\n')
      .filter((line) => /^(gateway| ) /.test(line));

  it('is one line where everything is as by default', () => {
    expect(described('')).toEqual([
      'gateway     example.com. from Ingress, Service of the cluster this runs in; TTL 60, nameservers dns1.kube-system',
    ]);
  });

  it('has a line for all that is not', () => {
    expect(
      described(`resources Node Ingress
        ingressClasses nginx traefik
        gatewayClasses istio
        serviceLabelSelectors "app in (a, b)" c
        nodeAddressType ExternalIP
        namespaces one two
        annotationPrefixes example.com
        relative off
        flatten 192.0.2.53 [2001:db8::53]:5353
        httpsRecords all
        ttl 300
        negativeTtl 5
        apex ns1 192.0.2.1 2001:db8::1
        secondary ns.example.net.
        kubeconfig /a east
        kubeconfig /b
        clusters first
        synctimeout 1500ms`),
    ).toEqual([
      'gateway     example.com. from Node, Ingress of /a (east), /b; TTL 300, nameservers ns1 (192.0.2.1 2001:db8::1) ns.example.net.',
      '            a name of several clusters is answered what the first has',
      '            namespaces one, two only',
      '            Ingresses of class nginx, traefik',
      '            Services with app in (a, b) or c',
      '            Gateways of class istio',
      '            Nodes by ExternalIP',
      '            annotations of example.com',
      '            host names in no zone are left out',
      '            host names of load balancers are resolved by 192.0.2.53:53 [2001:db8::53]:5353',
      '            hosts for which TLS ends have an HTTPS record, by which browsers go to https:// at once',
      '            negative TTL 5',
      '            kinds that cannot be read are waited for 1.5 s',
    ]);
    expect(described('flatten')[1]).toBe(
      '            host names of load balancers are resolved by /etc/resolv.conf',
    );
    expect(described('httpsRecords none')[1]).toBe(
      '            no HTTPS record is composed, whatever annotations say',
    );
    expect(described('synctimeout never')[1]).toBe(
      '            kinds that cannot be read are waited for without end',
    );
    expect(described('kubeconfig /a\n kubeconfig /b')[1]).toBe(
      '            a name of several clusters is answered what all of them have',
    );
  });
});
