"""How an evaluation set is made: folding, strata, candidates, attacks; pure."""
