# What perl's own reader makes of the documents named, as one JSON array: for tests.
use strict;
use warnings;
use JSON::PP;
use TAP::Parser;

sub point {
  my ($test) = @_;
  return { ok => $test->is_actual_ok ? 1 : 0, text => $test->description, directive => $test->directive, reason => $test->explanation };
}

sub document {
  my ($file) = @_;
  my $parser = TAP::Parser->new({ exec => ['cat', $file] });
  my (@points, $bailed);
  while (my $result = $parser->next) {
    push @points, point($result) if $result->is_test;
    $bailed = $result->explanation if $result->is_bailout;
  }
  return {
    points => \@points,
    bailed => $bailed,
    errors => [$parser->parse_errors],
    map { $_ => scalar($parser->$_) } qw(passed failed skipped todo),
  };
}

print JSON::PP->new->ascii->encode([map { document($_) } @ARGV]);
