/** Columns of the help, on a terminal that has as many. */
export const HELP_WIDTH = 79;
