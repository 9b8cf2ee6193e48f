import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Where clouds answer with the secrets of the machine, and addresses that only mean this machine by accident. */
const METADATA = new BlockList();
METADATA.addSubnet('169.254.0.0', 16, 'ipv4');
METADATA.addAddress('100.100.100.200', 'ipv4');
METADATA.addAddress('168.63.129.16', 'ipv4');
METADATA.addAddress('192.0.0.192', 'ipv4');
// Where IPv6 networks translate to IPv4.
METADATA.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');
METADATA.addSubnet('fe80::', 10, 'ipv6');
METADATA.addAddress('fd00:ec2::254', 'ipv6');

const METADATA_OBJECTION = 'the plugin has a link-local or metadata address, which is not called';

const HERE = new BlockList();
HERE.addSubnet('127.0.0.0', 8, 'ipv4');
HERE.addSubnet('0.0.0.0', 8, 'ipv4');
HERE.addAddress('::1', 'ipv6');
HERE.addAddress('::', 'ipv6');

/**
 * Says which addresses plugins must not be called at: link-local and metadata addresses, and the platform's own. Asked
 * again for every connection with the address a name has at that moment, so that a name cannot be changed afterwards.
 */
export class AddressGuard {
  #ownPort: number | undefined;
  /** What never changes of the URLs that are asked about with every call. */
  readonly #hosts = new WeakMap<URL, { address: string | undefined; port: number; isMetadata: boolean }>();

  /** The port the platform itself listens on. */
  protect(ownPort: number): void {
    this.#ownPort = ownPort;
  }

  /** Why an IP address must not be connected to, or undefined when it may. */
  objection(address: string, port: number): string | undefined {
    return isMetadata(address) ? METADATA_OBJECTION : this.#objectionToOwn(address, port);
  }

  /** The objection to a URL's host, where that is an address already. */
  objectionTo(url: URL): string | undefined {
    let host = this.#hosts.get(url);
    if (host === undefined) {
      const address = url.hostname.replace(/^\[|\]$/g, '');
      host = { address: isIP(address) === 0 ? undefined : address, port: portOf(url), isMetadata: isMetadata(address) };
      this.#hosts.set(url, host);
    }
    if (host.address === undefined) return undefined;
    return host.isMetadata ? METADATA_OBJECTION : this.#objectionToOwn(host.address, host.port);
  }

  #objectionToOwn(address: string, port: number): string | undefined {
    const isOwn = port === this.#ownPort && (HERE.check(address, familyOf(address)) || isOfThisMachine(address));
    return isOwn ? "the plugin's address is the platform's own" : undefined;
  }

  /** A `lookup` for connections to this port, which fails for what must not be connected to. */
  lookupFor(port: number): LookupFunction {
    return (hostname, options, callback) => {
      systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, '', 0);
        const reason = addresses.map(({ address }) => this.objection(address, port)).find(Boolean);
        if (reason !== undefined) return callback(new ForbiddenAddressError(reason), '', 0);
        if (options.all === true) return callback(null, addresses as never);
        const [first] = addresses;
        callback(null, first?.address ?? '', first?.family);
      });
    };
  }
}

/** What a connection fails with that must not be made. Its message names no address. */
class ForbiddenAddressError extends Error {
  readonly code = 'FORBIDDEN_ADDRESS';
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function isMetadata(address: string): boolean {
  return isIP(address) !== 0 && METADATA.check(address, familyOf(address));
}

/** A list of them, as it knows an IPv4 address that is written as an IPv6 one, too. */
function isOfThisMachine(address: string): boolean {
  const own = new BlockList();
  for (const { address, family } of Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])) {
    own.addAddress(address, family === 'IPv6' ? 'ipv6' : 'ipv4');
  }
  return own.check(address, familyOf(address));
}
