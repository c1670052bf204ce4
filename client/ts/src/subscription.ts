// Events over WebSocket: one socket a subscription, read at the caller's pace.

import { IdxError, TransportError } from "./errors.js";
import type { Delivery } from "./types.js";

/** As much of a WebSocket as is needed here. */
export interface SocketLike {
  send(text: string): void;
  close(): void;
  addEventListener(type: string, listener: (event: { data?: unknown }) => void): void;
}

/** Makes a socket. */
export type SocketMaker = (url: string) => SocketLike;

/** Deliveries kept for a reader who is slow; beyond it the subscription ends and says so. */
const WAITING_MAX = 10_000;

/** A running subscription. Ends with an error if the node ends it or the connection breaks. */
export class Subscription implements AsyncIterable<Delivery> {
  readonly #waiting: Delivery[] = [];
  #wake: (() => void) | undefined;
  #failure: Error | undefined;
  #closed = false;

  private constructor(readonly socket: SocketLike) {}

  /** Connects and subscribes; resolves once the node has said yes. */
  static open(url: string, params: object, make: SocketMaker = platformSocket): Promise<Subscription> {
    const socket = make(url);
    const running = new Subscription(socket);
    return new Promise((resolve, reject) => {
      socket.addEventListener("open", () => {
        socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "idx_subscribe", params }));
      });
      socket.addEventListener("message", ({ data }) => {
        const message = JSON.parse(String(data)) as { id?: number; error?: unknown; params?: { result: Delivery } };
        if (message.params) running.#take(message.params.result);
        else if (message.error !== undefined) {
          reject(IdxError.of(message.error));
          socket.close();
        } else if (message.id === 1) resolve(running);
      });
      const broken = () => {
        const failure = new TransportError(`${url}: the connection is gone`);
        reject(failure);
        running.#end(failure);
      };
      socket.addEventListener("error", broken);
      socket.addEventListener("close", broken);
    });
  }

  #take(delivery: Delivery): void {
    this.#waiting.push(delivery);
    if (this.#waiting.length > WAITING_MAX) {
      this.#end(new TransportError(`more than ${WAITING_MAX} events wait to be read`));
      this.socket.close();
    }
    this.#wake?.();
  }

  #end(failure: Error): void {
    if (!this.#closed) this.#failure ??= failure;
    this.#closed = true;
    this.#wake?.();
  }

  /** Ends it; what has arrived can still be read. */
  close(): void {
    this.#closed = true;
    this.socket.close();
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Delivery> {
    while (true) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else if (this.#failure) throw this.#failure;
      else if (this.#closed) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function platformSocket(url: string): SocketLike {
  const Made = (globalThis as { WebSocket?: new (url: string) => SocketLike }).WebSocket;
  if (!Made) throw new TransportError("this platform has no WebSocket: give the option webSocket");
  return new Made(url);
}
