/** The way a generated password takes to its owner; it never passes the model, a result or the record. */
export interface PasswordDelivery {
  /**
   * Called before the account is made, so that no account ever has a password that nobody can get. A throw stops the
   * creation. The user must change the password at the first sign-in.
   */
  deliver(secret: { readonly primary_email: string; readonly password: string }): Promise<DeliveredPassword>;
}

export interface DeliveredPassword {
  /** Where the password is, for people; no secret itself. */
  readonly reference: string;
  /** Takes it back because the account was not made with it. */
  withdraw(): Promise<void>;
}
