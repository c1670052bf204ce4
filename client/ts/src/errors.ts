// What can go wrong: the node says no, or the node is not reached.

/** The node refused: a JSON-RPC error, with the ledger's reason where it has one. */
export class IdxError extends Error {
  override readonly name = "IdxError";

  constructor(
    /** JSON-RPC code: -32768 to -32000, or one of the node's own. */
    readonly code: number,
    message: string,
    /** Stable reason of the ledger or the node, such as `INSUFFICIENT_FUNDS`. */
    readonly reason: string | undefined,
    /** Whether the same request may succeed later. */
    readonly retriable: boolean,
    /** Everything that came along. */
    readonly data: unknown,
  ) {
    super(message);
  }

  /** Reads the `error` member of an answer. */
  static of(error: unknown): IdxError {
    const { code, message, data } = (error ?? {}) as { code?: unknown; message?: unknown; data?: unknown };
    const more = (data ?? {}) as { reason?: unknown; retriable?: unknown };
    return new IdxError(
      typeof code === "number" ? code : 0,
      typeof message === "string" ? message : "the node sent an error without words",
      typeof more.reason === "string" ? more.reason : undefined,
      more.retriable === true,
      data,
    );
  }
}

/** No usable answer came: no connection, no time left, or bytes that are no JSON-RPC. */
export class TransportError extends Error {
  override readonly name = "TransportError";
}
