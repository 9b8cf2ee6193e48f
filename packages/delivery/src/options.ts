import type { Ordering, Policy } from '@batchfeed/batcher';
import { type Clock, systemClock } from './base/clock.ts';
import type { AdaptiveConcurrency } from './base/concurrency.ts';
import { DEFAULT_RETRY, type RetryPolicy } from './base/retry.ts';
import { DeliveryError } from './delivery-error.ts';
import type { Downstream } from './downstream.ts';
import type { DeliveryEvent } from './events.ts';
import type { Send } from './outcome.ts';
import type { Store } from './store.ts';

/**
 * What an engine is opened with. Impossible values are refused with `INVALID`, which names them.
 */
export interface EngineOptions {
  /**
   * Where everything is kept. The caller opens and closes it; several engines may share it under
   * different logs.
   */
  readonly store: Store;
  /** Name of this engine's log in the store: 1 to 64 letters, digits or `_`. */
  readonly log: string;
  /** Sends one batch and says what became of it. */
  readonly send: Send;
  /**
   * Lanes to own from the start. Default: all of the store's. `own` and `release` change that
   * later.
   */
  readonly lanes?: readonly number[];
  /**
   * The policy of a group, asked when the group opens: return the same object for the same policy.
   * `'unit'`: every line is a batch of its own, which saves its manifest. Lines then keep the order
   * of their subject, or of their key when they have none.
   */
  readonly policy: Policy | ((destination: string, key: string) => Policy) | 'unit';
  /**
   * Order across keys. `USER` (default): a line does not first arrive before an earlier line of its
   * subject, under whatever key. `GROUPING_KEY`: only lines of one key keep their order, and none
   * is held back. Asked again by `reconfigure`.
   */
  readonly ordering?: Ordering | ((destination: string) => Ordering);
  /**
   * Batches of one destination in flight at once; one of a key at most, whatever this says. A
   * number, or bounds within which the engine finds what the other side bears. Default 4.
   */
  readonly concurrency?: number | AdaptiveConcurrency | ((destination: string) => number | AdaptiveConcurrency);
  /** Destinations that share an endpoint share its gate. Default: the destination itself. */
  readonly endpointOf?: (destination: string) => string;
  /**
   * Whether a rejected batch is halved, in order, until the lines that cause it are found: those
   * become dead letters, one each, and the others arrive. Retries never split. Costs at most 1 +
   * 2k⌈log₂ n⌉ posts for k bad lines among n. Default: no.
   */
  readonly bisect?: boolean | ((destination: string) => boolean);
  /** How failed attempts are repeated; fields left out have their defaults. */
  readonly retry?: Partial<RetryPolicy>;
  /**
   * Failed attempts after which a batch of this destination is a dead letter, asked after each that
   * failed, so that a change holds for what is on its way too. Undefined or no positive number:
   * `retry.maxAttempts`.
   */
  readonly maxAttemptsOf?: (destination: string) => number | undefined;
  /**
   * Bytes of memory for lines that are grouped, sealed or sent, of all destinations together: the
   * window on what waits on disk. Shared fairly, and each destination is sure of the places of one
   * batch. The texts of lines may take a quarter as much beside it; those without room are read
   * again. Default 256 MiB.
   */
  readonly windowBytes?: number;
  /**
   * Bytes of unsettled lines of a destination from which on `hasRoomFor` says no, so that what is
   * upstream waits. Appends are taken all the same. Default: no limit.
   */
  readonly backlogLimitOf?: (destination: string) => number;
  /**
   * Takes the lines that senders `forward`, on the same store. While it has no room for a
   * destination, nothing is sent to that of the same name here. A delay that is asked for at one of
   * the two holds up both.
   */
  readonly downstream?: Downstream;
  /**
   * Whether nothing is sent to a destination until `resume`, asked when the engine first meets it.
   * Default: no.
   */
  readonly paused?: (destination: string) => boolean;
  /** Hears what happens, at once and in order. Must return soon and not throw. Default: none. */
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
  readonly orderingOf: (destination: string) => Ordering;
  readonly windowBytes: number;
  /** Bytes for texts. */
  readonly textBytes: number;
  readonly backlogLimitOf: (destination: string) => number;
  readonly downstream: Downstream | undefined;
  readonly paused: (destination: string) => boolean;
  readonly emit: (event: DeliveryEvent) => void;
  readonly clock: Clock;
  readonly random: () => number;
}

/** One line, of any size, at once. */
const UNIT: Policy = { maxLines: 1, maxBytes: 1_073_741_824, maxAgeMs: 1 };
const DEFAULT_WINDOW_BYTES = 256 * 1024 * 1024;
/** Below this a window holds next to nothing, and every line is read again for its sending. */
const MIN_WINDOW_BYTES = 4_096;
/** What texts may take, by the size of the window. */
const TEXT_SHARE = 1 / 4;
const UNIT_TEXT_SHARE = 3 / 4;
const LOG_NAME = /^[0-9A-Za-z_]{1,64}$/;
const ORDERINGS: ReadonlySet<unknown> = new Set<Ordering>(['USER', 'GROUPING_KEY']);

/** @throws DeliveryError `INVALID`, naming the option. */
export function settingsOf(options: EngineOptions): Settings {
  const { policy, concurrency = 4, bisect = false, ordering = 'USER', windowBytes = DEFAULT_WINDOW_BYTES } = options;
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  if (!LOG_NAME.test(options.log)) {
    throw new DeliveryError('INVALID', 'log must be 1 to 64 letters, digits or `_`: it stands in the ids of batches.');
  }
  atLeast('windowBytes', windowBytes, MIN_WINDOW_BYTES);
  if (typeof ordering !== 'function') checkOrdering(ordering);
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
    orderingOf: typeof ordering === 'function' ? (destination) => checkOrdering(ordering(destination)) : () => ordering,
    windowBytes,
    // A unit is sent as soon as its turn comes: a place without its text would only be read twice.
    textBytes: windowBytes * (policy === 'unit' ? UNIT_TEXT_SHARE : TEXT_SHARE),
    backlogLimitOf: options.backlogLimitOf ?? (() => Number.POSITIVE_INFINITY),
    downstream: options.downstream,
    paused: options.paused ?? (() => false),
    emit: observed(options.onEvent),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

/**
 * An observer that throws must not tear a state change in two: its error surfaces on its own, as an
 * uncaught one.
 */
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

function checkOrdering(ordering: Ordering): Ordering {
  if (ORDERINGS.has(ordering)) return ordering;
  throw new DeliveryError('INVALID', `ordering must be USER or GROUPING_KEY, not ${JSON.stringify(ordering)}.`);
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
