// Keys, proofs and hashes with the browser's own cryptography. Private keys are made not extractable: script
// can sign with them, nobody can read them out.

const EC = { name: "ECDSA", namedCurve: "P-256" };

const bytes = (text) => new TextEncoder().encode(text);

function base64url(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const hex = (buffer) =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const makeKey = () => crypto.subtle.generateKey(EC, false, ["sign", "verify"]);

export async function publicJwk(key) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", key.publicKey);
  return { kty, crv, x, y };
}

export const randomId = () => base64url(crypto.getRandomValues(new Uint8Array(24)));

// An ES256 JWT. WebCrypto already gives the signature as r‖s, which is what JOSE wants.
export async function sign(key, claims) {
  const head = base64url(bytes(JSON.stringify({ alg: "ES256", typ: "JWT" })));
  const body = base64url(bytes(JSON.stringify(claims)));
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    key.privateKey,
    bytes(`${head}.${body}`),
  );
  return `${head}.${body}.${base64url(signature)}`;
}

export const sha256 = async (text) => hex(await crypto.subtle.digest("SHA-256", bytes(text)));

// PBKDF2-SHA256 of a text, in hex.
export async function pbkdf2(text, salt, iterations, bits) {
  const key = await crypto.subtle.importKey("raw", bytes(text), "PBKDF2", false, ["deriveBits"]);
  return hex(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations }, key, bits));
}

// The PIN keeps a colleague on a shared tablet out, not a laboratory; 300,000 rounds take a tablet about a third of a
// second.
export const pinHash = (pin, salt) => pbkdf2(pin, salt, 300_000, 256);
