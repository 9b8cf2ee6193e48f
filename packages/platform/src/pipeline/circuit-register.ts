import type { Logger } from 'pino';
import type { PluginCaller } from '../plugin/plugin-caller.ts';
import { Circuit, type CircuitPolicy, type CircuitView, DEFAULT_CIRCUIT } from './circuit.ts';

/** What a circuit is for: a plugin version at the address it has now. */
export interface Circuited {
  readonly versionId: string;
  readonly baseUrl: string | undefined;
}

/** A plugin that cannot say within this time that it is there is not. */
const PROBE_TIMEOUT_MS = 5_000;

/** The circuits of all plugin versions, made when first needed. */
export class CircuitRegister {
  readonly #caller: PluginCaller;
  readonly #logger: Logger;
  readonly #policy: CircuitPolicy;
  readonly #circuits = new Map<string, Circuit>();

  constructor(caller: PluginCaller, logger: Logger, policy: Partial<CircuitPolicy> = {}) {
    this.#caller = caller;
    this.#logger = logger;
    this.#policy = { ...DEFAULT_CIRCUIT, ...policy };
  }

  of({ versionId, baseUrl = '' }: Circuited): Circuit {
    const name = nameOf(versionId, baseUrl);
    let circuit = this.#circuits.get(name);
    if (circuit === undefined) {
      circuit = new Circuit({
        policy: this.#policy,
        probe: () => this.#isUp(baseUrl),
        changed: (view) => this.#logger.warn({ plugin_version_id: versionId, ...view }, 'circuit'),
        idle: () => {
          this.#circuits.get(name)?.dispose();
          this.#circuits.delete(name);
        },
      });
      this.#circuits.set(name, circuit);
    }
    return circuit;
  }

  view({ versionId, baseUrl = '' }: Circuited): CircuitView {
    return this.#circuits.get(nameOf(versionId, baseUrl))?.view ?? { state: 'CLOSED' };
  }

  /** How many are not closed. */
  get open(): number {
    return [...this.#circuits.values()].filter(({ isClosed }) => !isClosed).length;
  }

  /** Has all calls that wait look again at where they would go, or those of one feed. */
  disturb(feedId?: string): void {
    for (const circuit of this.#circuits.values()) circuit.disturb(feedId);
  }

  close(): void {
    for (const circuit of this.#circuits.values()) circuit.dispose();
    this.#circuits.clear();
  }

  /** Anything but a server error means that somebody is there: not every plugin has the route. */
  async #isUp(baseUrl: string): Promise<boolean> {
    const answer = await this.#caller.call({ baseUrl, endpoint: '/v1/status', timeoutMs: PROBE_TIMEOUT_MS });
    return answer.kind === 'answer' && answer.status < 500;
  }
}

function nameOf(versionId: string, baseUrl: string): string {
  return `${versionId} ${baseUrl}`;
}
