/** How long a new password may be. Length is what counts; no rule asks for digits or signs. */
export const PASSWORD_CHARACTERS = { min: 12, max: 128 } as const;
