"""MAG, the identity server: an OpenID Provider for SIRET, nom, prénom and mot de passe."""
