/** Breaks while it is loaded. */
throw new Error('the database is on holiday')
