"""Who signed: keys, certificates, signatures, revocation, and the verdict on a signer."""
