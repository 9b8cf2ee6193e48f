/**
 * What a line of the window costs in memory beside its text: its object, its place in arrays and
 * maps. An estimate, on the safe side.
 */
export const PLACE_BYTES = 160;
/** What a text costs beside its bytes. */
const TEXT_OVERHEAD_BYTES = 128;
/** Places every destination is sure of before the limits of its batches are known. */
const SURE_PLACES = 16;
/**
 * Bytes that every destination is sure of for places and texts, while half of what texts may take
 * has room for all of these shares.
 */
const SURE_BYTES = 256 * 1024;
/**
 * How many times what is still free a destination may hold in places: one alone gets eight ninths.
 * Less would cut batches of a destination with many keys, as its groups fill only as far as its
 * places go.
 */
const PLACES_SHARE = 8;

/**
 * The memory for lines that are neither waiting nor over, of all destinations together. Behind it
 * lines wait on disk.
 *
 * It is shared fairly: what a destination may hold depends on what is still free, so there is always
 * room for those that move. Places may take all of the window, of which one destination gets eight
 * ninths at most. Texts have a limit of their own, beside them: they are read again where they find
 * no room, so they never keep a line out. Where lines come with their texts, one destination may
 * hold as much of both as is still free, at most half.
 * Beyond its share each is sure of the places of one batch, and of some bytes, so that one whose
 * texts are small keeps its pace beside others that stand still with a large one each.
 */
export class Window {
  readonly limit: number;
  /** Most bytes of texts. */
  readonly textLimit: number;
  #places = 0;
  #textBytes = 0;
  /** Accounts that hold anything. */
  #active = 0;
  /** Accounts that found no room, in the order in which that began. */
  readonly #hungry = new Set<Account>();

  constructor(limit: number, textLimit: number) {
    this.limit = limit;
    this.textLimit = textLimit;
  }

  /** Bytes held for places and texts. */
  get held(): number {
    return this.#places * PLACE_BYTES + this.#textBytes;
  }

  get textBytes(): number {
    return this.#textBytes;
  }

  get placeBytes(): number {
    return this.#places * PLACE_BYTES;
  }

  /**
   * An account for one destination. `onRoom` is called when there may be room again, after
   * `askRoom` said no. `withTexts`: a line has room only when its text has.
   */
  account(onRoom: () => void, withTexts: boolean): Account {
    return new Account(this, onRoom, withTexts);
  }

  /** Bytes that each destination may have in any case, the fewer the more hold anything. */
  get sureBytes(): number {
    return Math.min(SURE_BYTES, this.textLimit / 2 / Math.max(1, this.#active));
  }

  /** @internal */
  active(change: 1 | -1): void {
    this.#active += change;
  }

  /** @internal */
  moved(places: number, textBytes: number): void {
    this.#places += places;
    this.#textBytes += textBytes;
    if (places >= 0 && textBytes >= 0) return;
    // One a time: of thousands that stand still none gets room, and asking all of them each time
    // would cost more than it gives.
    const [account] = this.#hungry;
    if (account === undefined) return;
    this.#hungry.delete(account);
    account.onRoom();
  }

  /** @internal */
  hungry(account: Account): void {
    this.#hungry.add(account);
  }

  /** @internal */
  forget(account: Account): void {
    this.#hungry.delete(account);
  }
}

/** What one destination holds of the window. */
export class Account {
  readonly #window: Window;
  readonly onRoom: () => void;
  readonly #withTexts: boolean;
  #places = 0;
  #textBytes = 0;
  #sure = SURE_PLACES;

  constructor(window: Window, onRoom: () => void, withTexts: boolean) {
    this.#window = window;
    this.onRoom = onRoom;
    this.#withTexts = withTexts;
  }

  get places(): number {
    return this.#places;
  }

  get held(): number {
    return this.#places * PLACE_BYTES + this.#textBytes;
  }

  /** The destination has batches of so many lines. */
  needs(places: number): void {
    if (places > this.#sure) this.#sure = places;
  }

  /** Whether another line has room. */
  get hasRoom(): boolean {
    return this.hasRoomFor(0);
  }

  /**
   * Whether another line has room behind so many that are about to be taken, with texts of so many
   * bytes.
   */
  hasRoomFor(places: number, texts = 0): boolean {
    if (this.#places + places < this.#sure) return true;
    const textBytes = this.#withTexts ? texts + places * TEXT_OVERHEAD_BYTES : 0;
    const more = places * PLACE_BYTES + textBytes;
    if (this.held + more < this.#window.sureBytes) return true;
    const { limit, held, placeBytes } = this.#window;
    if (!this.#withTexts) return this.#places * PLACE_BYTES + more < PLACES_SHARE * (limit - placeBytes - more);
    return this.held + more < limit - held - more && this.hasTextRoom(textBytes);
  }

  /** Bytes that it may take beside what it has. */
  get room(): number {
    const { held, limit, placeBytes, sureBytes, textBytes, textLimit } = this.#window;
    if (!this.#withTexts) return Math.max(limit - placeBytes, sureBytes - this.held);
    return Math.max(0, Math.max(Math.min(limit - held, textLimit - textBytes), sureBytes) - this.held);
  }

  /** As `hasRoom`; after a no, `onRoom` is called when there may be. */
  askRoom(): boolean {
    const room = this.hasRoom;
    if (!room) this.#window.hungry(this);
    return room;
  }

  /** Whether a text of so many bytes has room beside those that are there. */
  hasTextRoom(bytes: number): boolean {
    const { textBytes, textLimit, sureBytes } = this.#window;
    return this.#textBytes + bytes <= Math.max(textLimit - textBytes, sureBytes);
  }

  /** Whether it has no text in memory: then it may always have one more. */
  get hasNoText(): boolean {
    return this.#textBytes === 0;
  }

  takePlace(): void {
    if (this.#places === 0) this.#window.active(1);
    this.#places += 1;
    this.#window.moved(1, 0);
  }

  takeText(bytes: number): void {
    this.#textBytes += bytes + TEXT_OVERHEAD_BYTES;
    this.#window.moved(0, bytes + TEXT_OVERHEAD_BYTES);
  }

  /** Gives back places, and texts of so many bytes in all. */
  give(places: number, texts: number, textBytes: number): void {
    this.#give(places, textBytes + texts * TEXT_OVERHEAD_BYTES);
  }

  /** Gives back everything. What is given back later for the same lines counts no more. */
  giveAll(): void {
    this.#give(this.#places, this.#textBytes);
  }

  #give(wantedPlaces: number, wantedText: number): void {
    const places = Math.min(wantedPlaces, this.#places);
    const text = Math.min(wantedText, this.#textBytes);
    if (places > 0 && places === this.#places) this.#window.active(-1);
    this.#places -= places;
    this.#textBytes -= text;
    this.#window.moved(-places, -text);
  }

  forget(): void {
    this.#window.forget(this);
  }
}
