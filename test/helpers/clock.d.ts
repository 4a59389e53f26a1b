export function moveClock(instant: string): void;
export function clockOffset(): number;
export function clockEnvironment(): { NODE_OPTIONS: string; TEST_CLOCK_OFFSET: string };
