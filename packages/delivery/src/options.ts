import type { Policy } from '@batchfeed/batcher';
import { type Clock, systemClock } from './clock.ts';
import type { AdaptiveConcurrency } from './concurrency.ts';
import { DeliveryError } from './delivery-error.ts';
import type { Engine } from './engine.ts';
import type { DeliveryEvent } from './events.ts';
import type { Send } from './outcome.ts';
import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts';
import type { Store } from './store.ts';

/** What an engine is opened with. Impossible values are refused with `INVALID`, which names them. */
export interface EngineOptions {
  /** Where everything is kept. The caller opens and closes it; several engines may share it under different logs. */
  readonly store: Store;
  /** Name of this engine's log in the store. */
  readonly log: string;
  /** Sends one batch and says what became of it. */
  readonly send: Send;
  /**
   * The policy of a group, asked when the group opens: return the same object for the same policy.
   * `'unit'`: every line is a batch of its own, which saves its manifest.
   */
  readonly policy: Policy | ((destination: string, key: string) => Policy) | 'unit';
  /**
   * Batches of one destination and lane in flight at once; one of a key at most, whatever this says. A number, or bounds within which
   * the engine finds what the other side bears. Default 4.
   */
  readonly concurrency?: number | AdaptiveConcurrency | ((destination: string) => number | AdaptiveConcurrency);
  /** Destinations that share an endpoint share its gate. Default: the destination itself. */
  readonly endpointOf?: (destination: string) => string;
  /**
   * Whether a rejected batch is halved, in order, until the lines that cause it are found: those become dead letters, one each, and the others
   * arrive. Retries never split. Costs at most 1 + 2k⌈log₂ n⌉ posts for k bad lines among n. Default: no.
   */
  readonly bisect?: boolean | ((destination: string) => boolean);
  /** How failed attempts are repeated; fields left out have their defaults. */
  readonly retry?: Partial<RetryPolicy>;
  /**
   * Failed attempts after which a batch of this destination is a dead letter, asked after each that failed, so that a change holds for what is
   * on its way too. Undefined or no positive number: `retry.maxAttempts`.
   */
  readonly maxAttemptsOf?: (destination: string) => number | undefined;
  /**
   * Bytes of unsettled lines held in memory before appends wait. Shared fairly: one destination may hold as much as is still free,
   * so that one that does not move leaves room for the others. Default 64 MiB.
   */
  readonly maxHeldBytes?: number;
  /** Open groups of one destination and lane before the oldest is sealed early. Default 100,000. */
  readonly maxOpenKeys?: number;
  /**
   * Takes the lines that senders `forward`. While it has no room for a destination, nothing is sent to that of the same name here. A delay
   * that is asked for at one of the two holds up both.
   */
  readonly downstream?: Engine;
  /** Whether nothing is sent to a destination until `resume`, asked when the engine first meets it. Default: no. */
  readonly paused?: (destination: string) => boolean;
  /** Hears what happens, at once and in order. Must return soon and not throw. Default: nobody. */
  readonly onEvent?: (event: DeliveryEvent) => void;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** From 0 to below 1. Default: Math.random. */
  readonly random?: () => number;
}

export interface Settings {
  readonly send: Send;
  readonly unit: boolean;
  readonly policyOf: (destination: string, key: string) => Policy;
  readonly concurrencyOf: (destination: string) => number | AdaptiveConcurrency;
  readonly endpointOf: (destination: string) => string;
  readonly bisects: (destination: string) => boolean;
  readonly retry: RetryPolicy;
  readonly maxAttemptsOf: (destination: string) => number;
  readonly maxHeldBytes: number;
  readonly maxOpenKeys: number;
  readonly downstream: Engine | undefined;
  readonly paused: (destination: string) => boolean;
  readonly emit: (event: DeliveryEvent) => void;
  readonly clock: Clock;
  readonly random: () => number;
}

/** One line, of any size, at once. */
const UNIT: Policy = { maxLines: 1, maxBytes: 1_073_741_824, maxAgeMs: 1 };

/** @throws DeliveryError `INVALID`, naming the option. */
export function settingsOf(options: EngineOptions): Settings {
  const { policy, concurrency = 4, bisect = false, maxHeldBytes = 64 * 1024 * 1024, maxOpenKeys = 100_000 } = options;
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  if (!options.store.atomic) {
    throw new DeliveryError(
      'INVALID',
      'store must write all or nothing (`atomic`): this engine cannot recover from half a write.',
    );
  }
  atLeast('maxHeldBytes', maxHeldBytes, 1);
  atLeast('maxOpenKeys', maxOpenKeys, 1);
  if (typeof concurrency !== 'function') checkConcurrency(concurrency);
  atLeast('retry.maxAttempts', retry.maxAttempts, 1);
  atLeast('retry.baseMs', retry.baseMs, 0);
  atLeast('retry.capMs', retry.capMs, 0);
  atLeast('retry.maxDelayMs', retry.maxDelayMs, 0);
  return {
    send: options.send,
    unit: policy === 'unit',
    policyOf: policy === 'unit' ? () => UNIT : typeof policy === 'function' ? policy : () => policy,
    concurrencyOf: typeof concurrency === 'function' ? concurrency : () => concurrency,
    endpointOf: options.endpointOf ?? ((destination) => destination),
    bisects: typeof bisect === 'function' ? bisect : () => bisect,
    retry,
    maxAttemptsOf: (destination) => {
      const own = options.maxAttemptsOf?.(destination);
      return own !== undefined && own > 0 ? own : retry.maxAttempts;
    },
    maxHeldBytes,
    maxOpenKeys,
    downstream: options.downstream,
    paused: options.paused ?? (() => false),
    emit: observed(options.onEvent),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

/** An observer that throws must not tear a state change in two: its error surfaces on its own, as an uncaught one. */
function observed(onEvent: EngineOptions['onEvent']): (event: DeliveryEvent) => void {
  if (onEvent === undefined) return () => {};
  return (event) => {
    try {
      onEvent(event);
    } catch (error) {
      setImmediate(() => {
        throw error;
      });
    }
  };
}

function checkConcurrency(concurrency: number | AdaptiveConcurrency): void {
  if (typeof concurrency === 'number') {
    atLeast('concurrency', concurrency, 1);
    return;
  }
  atLeast('concurrency.min', concurrency.min ?? 1, 1);
  atLeast('concurrency.max', concurrency.max, concurrency.min ?? 1);
  atLeast('concurrency.tolerance', concurrency.tolerance ?? 3, 1);
}

function atLeast(name: string, value: number, min: number): void {
  if (!(value >= min)) throw new DeliveryError('INVALID', `${name} must be a number from ${min} up, not ${value}.`);
}
