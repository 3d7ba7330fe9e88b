/** Exports nothing. */
export {}
