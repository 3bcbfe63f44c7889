/** Stands in for the passkeys of @supabase/auth-js in the build (vite.trim.ts): a second factor here is an authenticator app. */
const leftOut = (): never => {
  throw new Error('This build leaves passkeys out: see vite.trim.ts')
}

/** `supabase.auth.mfa.webauthn`: made with the client, and never asked. */
export class WebAuthnApi {
  authenticate = leftOut
  register = leftOut
}

export const browserSupportsWebAuthn = (): boolean => false
export const webAuthnAbortService = { createNewAbortSignal: leftOut, cancelCeremony: () => undefined }
export {
  leftOut as createCredential,
  leftOut as deserializeCredentialCreationOptions,
  leftOut as deserializeCredentialRequestOptions,
  leftOut as getCredential,
  leftOut as serializeCredentialCreationResponse,
  leftOut as serializeCredentialRequestResponse,
}
